// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package cloudconfig

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// maxSize bounds what a compressed document may become.
const maxSize = 16 << 20

// Config is a cloud-config.
type Config struct {
	// BootCmd are commands that come before everything else.
	BootCmd []Command `json:"bootcmd,omitempty"`
	// WriteFiles are files that are written before users exist, unless they are deferred.
	WriteFiles []File `json:"write_files,omitempty"`
	// CACerts are authorities that the machine trusts.
	CACerts CACerts `json:"ca_certs,omitempty"`
	// Users are created if they do not exist.
	Users []User `json:"users,omitempty"`
	// NTP is not carried out: the clock of a local machine is that of its host.
	NTP json.RawMessage `json:"ntp,omitempty"`
	// RunCmd are commands that come last.
	RunCmd []Command `json:"runcmd,omitempty"`
}

// keys lists what a cloud-config may say.
func keys() []string {
	return []string{"bootcmd", "ca_certs", "ntp", "runcmd", "users", "write_files"}
}

// Command is a line for the shell, or a list of words that the shell does not interpret.
type Command struct {
	Line  string
	Words []string
}

// UnmarshalJSON reads either form.
func (c *Command) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &c.Line) == nil {
		return nil
	}
	var words []any
	if err := json.Unmarshal(data, &words); err != nil {
		return fmt.Errorf("a command is a text or a list of words, not %s", data)
	}
	for _, word := range words {
		c.Words = append(c.Words, fmt.Sprint(word)) // Numbers are words too.
	}
	return nil
}

// shell is the command as a line of a script.
func (c Command) shell() string {
	if c.Words == nil {
		return c.Line
	}
	quoted := make([]string, 0, len(c.Words))
	for _, word := range c.Words {
		quoted = append(quoted, "'"+strings.ReplaceAll(word, "'", `'\''`)+"'")
	}
	return strings.Join(quoted, " ")
}

// File is a file to write.
type File struct {
	Path     string `json:"path"`
	Content  string `json:"content,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	// Owner is <user>:<group>. If empty, root:root.
	Owner string `json:"owner,omitempty"`
	// Permissions are 0644 if absent.
	Permissions *Permissions `json:"permissions,omitempty"`
	Append      bool         `json:"append,omitempty"`
	// Defer writes the file after users exist.
	Defer bool `json:"defer,omitempty"`
}

// Data is the decoded content.
func (f File) Data() ([]byte, error) {
	data := []byte(f.Content)
	parts := strings.Split(strings.ToLower(f.Encoding), "+")
	slices.Reverse(parts) // gz+b64 is compressed first and encoded then.
	for _, part := range parts {
		var err error
		switch part {
		case "", "text/plain":
		case "b64", "base64":
			data, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(data)), ""))
		case "gz", "gzip":
			data, err = decompress(data)
		default:
			err = fmt.Errorf("there is no encoding %q; there are b64, gz and gz+b64", f.Encoding)
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

func decompress(data []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	data, err = io.ReadAll(io.LimitReader(reader, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("more than %d bytes when decompressed", maxSize)
	}
	return data, err
}

// Permissions are those of a file: a number, or a text in octal digits.
type Permissions os.FileMode

// UnmarshalJSON reads either form. YAML's 0644 is a number in octal digits already.
func (p *Permissions) UnmarshalJSON(data []byte) error {
	text, base := strings.Trim(string(data), `"`), 8
	if text == string(data) {
		base = 10
	}
	mode, err := strconv.ParseUint(strings.TrimPrefix(text, "0o"), base, 12)
	if err != nil {
		return fmt.Errorf("permissions are octal digits such as '0644', not %s", data)
	}
	*p = Permissions(mode)
	return nil
}

// mode is what os.Chmod takes.
func (p *Permissions) mode() os.FileMode {
	if p == nil {
		return 0o644
	}
	mode := os.FileMode(*p) & os.ModePerm
	for bit, flag := range map[Permissions]os.FileMode{0o4000: os.ModeSetuid, 0o2000: os.ModeSetgid, 0o1000: os.ModeSticky} {
		if *p&bit != 0 {
			mode |= flag
		}
	}
	return mode
}

// CACerts are authorities that the machine trusts besides those of its image.
type CACerts struct {
	// Trusted are certificates in PEM.
	Trusted []string `json:"trusted,omitempty"`
}

// User is a user to create.
type User struct {
	Name              string   `json:"name"`
	Gecos             string   `json:"gecos,omitempty"`
	HomeDir           string   `json:"homedir,omitempty"`
	PrimaryGroup      string   `json:"primary_group,omitempty"`
	Groups            Words    `json:"groups,omitempty"`
	Shell             string   `json:"shell,omitempty"`
	UID               *int     `json:"uid,omitempty"`
	System            bool     `json:"system,omitempty"`
	Passwd            string   `json:"passwd,omitempty"`
	LockPasswd        *bool    `json:"lock_passwd,omitempty"`
	Sudo              Lines    `json:"sudo,omitempty"`
	SSHAuthorizedKeys []string `json:"ssh_authorized_keys,omitempty"`
}

// UnmarshalJSON reads a user, or a name alone.
func (u *User) UnmarshalJSON(data []byte) error {
	if json.Unmarshal(data, &u.Name) == nil {
		return nil
	}
	type plain User
	return strict(data, (*plain)(u))
}

// isDefault reports whether the user is that of the machine image, which has none.
func (u User) isDefault() bool { return u.Name == "default" }

// home is the user's folder.
func (u User) home() string {
	switch {
	case u.HomeDir != "":
		return u.HomeDir
	case u.Name == "root":
		return "/root"
	}
	return "/home/" + u.Name
}

// Words are a list of words, or a text with commas between them.
type Words []string

// UnmarshalJSON reads either form.
func (w *Words) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		return json.Unmarshal(data, (*[]string)(w))
	}
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word != "" {
			*w = append(*w, word)
		}
	}
	return nil
}

// Lines are a list of texts, one text, or false for none.
type Lines []string

// UnmarshalJSON reads any of these forms.
func (l *Lines) UnmarshalJSON(data []byte) error {
	if string(data) == "false" || string(data) == "null" {
		return nil
	}
	var text string
	if json.Unmarshal(data, &text) != nil {
		return json.Unmarshal(data, (*[]string)(l))
	}
	*l = Lines{text}
	return nil
}

// Parse reads user-data, which may be compressed. Errors name the key that cannot be carried out.
func Parse(data []byte) (*Config, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		var err error
		if data, err = decompress(data); err != nil {
			return nil, fmt.Errorf("decompress user-data: %w", err)
		}
	}
	if err := checkHeader(data); err != nil {
		return nil, fmt.Errorf("read user-data: %w", err)
	}
	document, err := yaml.YAMLToJSONStrict(data)
	if err != nil {
		return nil, fmt.Errorf("read user-data: %w", err)
	}
	if err := checkKeys(document); err != nil {
		return nil, fmt.Errorf("read user-data: %w", err)
	}
	config := &Config{}
	if err := strict(document, config); err != nil {
		return nil, fmt.Errorf("read user-data: %w", err)
	}
	if err := config.check(); err != nil {
		return nil, fmt.Errorf("read user-data: %w", err)
	}
	return config, nil
}

func checkHeader(data []byte) error {
	first, _, _ := bytes.Cut(data, []byte("\n"))
	line := strings.TrimSpace(string(first))
	switch {
	case line == "#cloud-config":
		return nil
	case bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")):
		return errors.New("this looks like Ignition; local machines read cloud-config, so set the format of the bootstrap configuration")
	case strings.HasPrefix(line, "#!"):
		return errors.New("this is a script; local machines read cloud-config, so put it into runcmd")
	case strings.HasPrefix(line, "##"):
		return errors.New("templates are not filled in on local machines; give the text itself")
	}
	return fmt.Errorf("the first line is %.40q and must be #cloud-config", line)
}

// checkKeys refuses keys that are not carried out, all of them at once.
func checkKeys(document []byte) error {
	found := map[string]json.RawMessage{}
	if err := json.Unmarshal(document, &found); err != nil {
		return errors.New("a cloud-config is a map of keys")
	}
	unknown := slices.DeleteFunc(slices.Sorted(maps.Keys(found)), func(key string) bool { return slices.Contains(keys(), key) })
	if len(unknown) > 0 {
		return fmt.Errorf("local machines do not carry out %s; they know %s", strings.Join(unknown, ", "), strings.Join(keys(), ", "))
	}
	return nil
}

// check refuses what could only fail half way.
func (c *Config) check() error {
	for i, file := range c.WriteFiles {
		if !strings.HasPrefix(file.Path, "/") {
			return fmt.Errorf("write_files[%d]: the path %q is not absolute", i, file.Path)
		}
		if _, err := file.Data(); err != nil {
			return fmt.Errorf("write_files[%d] (%s): %w", i, file.Path, err)
		}
	}
	for i, user := range c.Users {
		if user.Name == "" {
			return fmt.Errorf("users[%d]: the name is missing", i)
		}
	}
	return nil
}

// strict refuses unknown keys.
func strict(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}
