package telemetry

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
)

func TestJSON(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLogger(&out, "info", "auto")
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("quiet")
	log.Named("http").Info("request", zap.Duration("duration", 1500*time.Microsecond))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if _, err := time.Parse(time.RFC3339Nano, line["time"].(string)); err != nil {
		t.Error(err)
	}
	delete(line, "time")
	want := map[string]any{"level": "info", "logger": "http", "msg": "request", "duration": 1.5}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLogger(&out, "debug", "text")
	if err != nil {
		t.Fatal(err)
	}
	log.Debug("request", zap.Duration("duration", 1500*time.Microsecond))
	if !strings.HasSuffix(out.String(), "\tdebug\trequest\t{\"duration\": \"1.5ms\"}\n") {
		t.Errorf("line %q", out.String())
	}
}

func TestUnknown(t *testing.T) {
	for _, tt := range [][2]string{{"loud", "json"}, {"info", "xml"}, {"", ""}} {
		if _, err := NewLogger(&bytes.Buffer{}, tt[0], tt[1]); err == nil {
			t.Errorf("level %q, format %q: no error", tt[0], tt[1])
		}
	}
}
