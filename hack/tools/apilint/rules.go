// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"go/ast"
	"go/token"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// apiPackage is the types of one API version.
type apiPackage struct {
	files *token.FileSet
	types map[string]apiType
}

// apiType is a declared type with the comment lines above it.
type apiType struct {
	expression ast.Expr
	comment    comment
}

// comment is the text above a type or field: its words, and the markers among them.
type comment struct {
	words   string
	markers []string
}

func read(group *ast.CommentGroup) comment {
	var c comment
	if group == nil {
		return c
	}
	for _, line := range group.List {
		text := strings.TrimSpace(strings.TrimPrefix(line.Text, "//"))
		if strings.HasPrefix(text, "+") {
			c.markers = append(c.markers, strings.TrimPrefix(text, "+"))
			continue
		}
		c.words = strings.TrimSpace(c.words + " " + text)
	}
	return c
}

// has tells whether one of the markers is there, with or without a value.
func (c comment) has(names ...string) bool {
	return slices.ContainsFunc(c.markers, func(marker string) bool {
		name, _, _ := strings.Cut(marker, "=")
		return slices.Contains(names, name)
	})
}

func (p *apiPackage) add(file *ast.File) {
	for _, declaration := range file.Decls {
		general, ok := declaration.(*ast.GenDecl)
		if !ok || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			declared, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			p.types[declared.Name.Name] = apiType{declared.Type, read(cmp.Or(declared.Doc, general.Doc))}
		}
	}
}

// lint applies the rules to every field of every struct that is not itself a stored object or a list of them; those
// are Kubernetes' own form.
func (p *apiPackage) lint() []finding {
	var findings []finding
	for _, name := range slices.Sorted(maps.Keys(p.types)) {
		structure, ok := p.types[name].expression.(*ast.StructType)
		if !ok || isObject(structure) {
			continue
		}
		for _, field := range structure.Fields.List {
			if len(field.Names) == 0 {
				continue
			}
			report := func(rule, message string) {
				findings = append(findings, finding{p.files.Position(field.Pos()), name + "." + field.Names[0].Name, rule, message})
			}
			p.describes(field, report)
			p.bounds(field, report)
		}
	}
	return findings
}

// describes checks what a field says about itself: its JSON name, its comment, whether it may be absent.
func (p *apiPackage) describes(field *ast.Field, report func(rule, message string)) {
	doc := read(field.Doc)
	tag := jsonTag(field)
	name, options, _ := strings.Cut(tag, ",")
	if name == "" {
		report("jsontags", "has no JSON name")
		return
	}
	if !strings.HasPrefix(doc.words, name+" ") {
		report("commentstart", "the comment must begin with "+name)
	}
	optional, required := doc.has("optional", "k8s:optional"), doc.has("required", "k8s:required")
	if optional == required {
		report("optionalorrequired", "must have one of the markers +optional and +required")
	}
	if optional && !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
		report("optionalfields", "is optional and must be left out when empty")
	}
	if doc.has("default", "kubebuilder:default", "k8s:default") {
		report("forbiddenmarkers", "has a stored default; say in the comment what happens when it is absent instead")
	}
	if doc.has("nullable") {
		report("nonullable", "must not be nullable")
	}
}

// bounds checks the type of a field and its limits.
func (p *apiPackage) bounds(field *ast.Field, report func(rule, message string)) {
	limits := read(field.Doc)
	expression := p.resolve(field.Type, &limits)
	switch t := expression.(type) {
	case *ast.MapType:
		report("nomaps", "is a map; use a list with a key")
	case *ast.ArrayType:
		if !limits.has("kubebuilder:validation:MaxItems") {
			report("maxlength", "is a list without MaxItems")
		}
		if !limits.has("listType") {
			report("ssatags", "is a list without listType")
		}
		element := comment{}
		if isNamed(p.resolve(t.Elt, &element), "string") && !limits.has("kubebuilder:validation:items:MaxLength") && !isBounded(element) {
			report("maxlength", "is a list of strings without items:MaxLength")
		}
	default:
		switch {
		case isNamed(t, "string") && !isBounded(limits):
			report("maxlength", "is a string without MaxLength or Enum")
		case isNamed(t, "bool"):
			report("nobools", "is a boolean; an enum can grow")
		case isNamed(t, "float32", "float64"):
			report("nofloats", "is a float")
		case isNamed(t, "int", "int8", "int16", "uint", "uint8", "uint16", "uint32", "uint64"):
			report("integers", "must be int32 or int64")
		case isNamed(t, "metav1.Duration", "time.Duration"):
			report("nodurations", "is a duration; use an integer with the unit in its name")
		case isNamed(t, "metav1.Timestamp"):
			report("notimestamp", "must be metav1.Time")
		}
	}
}

// resolve follows pointers and types of this package down to what is stored, gathering the markers on the way.
func (p *apiPackage) resolve(expression ast.Expr, limits *comment) ast.Expr {
	for {
		switch t := expression.(type) {
		case *ast.StarExpr:
			expression = t.X
		case *ast.Ident:
			declared, found := p.types[t.Name]
			if !found {
				return t
			}
			limits.markers = append(limits.markers, declared.comment.markers...)
			expression = declared.expression
		default:
			return t
		}
	}
}

func isBounded(c comment) bool {
	return c.has("kubebuilder:validation:MaxLength", "kubebuilder:validation:Enum")
}

// isNamed tells whether an expression is one of the named types, written as in Go: string, metav1.Duration.
func isNamed(expression ast.Expr, names ...string) bool {
	switch t := expression.(type) {
	case *ast.Ident:
		return slices.Contains(names, t.Name)
	case *ast.SelectorExpr:
		qualifier, ok := t.X.(*ast.Ident)
		return ok && slices.Contains(names, qualifier.Name+"."+t.Sel.Name)
	}
	return false
}

// isObject tells whether a struct embeds the type of an object of the API.
func isObject(structure *ast.StructType) bool {
	return slices.ContainsFunc(structure.Fields.List, func(field *ast.Field) bool {
		return len(field.Names) == 0 && isNamed(field.Type, "metav1.TypeMeta")
	})
}

func jsonTag(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	literal, err := strconv.Unquote(field.Tag.Value)
	if err != nil {
		return ""
	}
	return reflect.StructTag(literal).Get("json")
}
