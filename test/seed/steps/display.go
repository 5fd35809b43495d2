// SPDX-FileCopyrightText: The Kubeception Authors
//
// SPDX-License-Identifier: Apache-2.0

package steps

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Display shows what steps do. Its methods may be called concurrently.
type Display interface {
	Started(step string)
	Succeeded(step string, took time.Duration)
	Failed(step string, took time.Duration)
	Cancelled(step string)
	// Close is called once, when all steps have ended.
	Close()
}

// NewDisplay returns a live display when out is a terminal that tells its
// size, and one that prints lines otherwise.
func NewDisplay(out io.Writer) Display {
	if file, ok := out.(*os.File); ok && columns(file) > 0 {
		return &live{progress: mpb.New(mpb.WithOutput(out), mpb.WithAutoRefresh()), bars: map[string]*bar{}}
	}
	return &lines{out: out, now: time.Now}
}

// columns returns the width of a terminal, and 0 for any other file.
func columns(file *os.File) int {
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// lines prints one line per event, with the time of day.
type lines struct {
	mutex sync.Mutex
	out   io.Writer
	now   func() time.Time
}

func (l *lines) printf(format string, args ...any) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	_, _ = fmt.Fprintf(l.out, l.now().Format("15:04:05")+" "+format+"\n", args...)
}

func (l *lines) Started(step string) { l.printf("  … %s", step) }
func (l *lines) Succeeded(step string, took time.Duration) {
	l.printf("  ✓ %s (%s)", step, seconds(took))
}
func (l *lines) Failed(step string, took time.Duration) {
	l.printf("  ✗ %s (%s)", step, seconds(took))
}
func (l *lines) Cancelled(step string) { l.printf("  - %s (cancelled)", step) }
func (l *lines) Close()                {}

// live keeps one line per step: a spinner while it runs, then its result.
type live struct {
	mutex    sync.Mutex
	progress *mpb.Progress
	bars     map[string]*bar
}

type bar struct {
	*mpb.Bar
	result atomic.Value // string, read while the display is drawn
}

func (l *live) Started(step string) {
	b := &bar{}
	b.result.Store("")
	b.Bar = l.progress.New(1, mpb.SpinnerStyle().PositionLeft(), mpb.BarWidth(2), mpb.BarFillerOnComplete("✓"),
		mpb.AppendDecorators(
			decor.Name(step, decor.WCSyncSpaceR),
			decor.OnCompleteOrOnAbort(decor.Elapsed(decor.ET_STYLE_MMSS), ""),
			decor.Any(func(decor.Statistics) string { return b.result.Load().(string) }),
		))
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.bars[step] = b
}

func (l *live) Succeeded(step string, took time.Duration) { l.end(step, seconds(took), false) }
func (l *live) Failed(step string, took time.Duration) {
	l.end(step, "✗ failed after "+seconds(took), true)
}
func (l *live) Cancelled(step string) { l.end(step, "cancelled", true) }

func (l *live) end(step, result string, aborted bool) {
	l.mutex.Lock()
	b := l.bars[step]
	l.mutex.Unlock()
	b.result.Store(result)
	if aborted {
		b.Abort(false)
	} else {
		b.Increment()
	}
}

func (l *live) Close() { l.progress.Wait() }

func seconds(took time.Duration) string { return fmt.Sprintf("%.1fs", took.Seconds()) }
