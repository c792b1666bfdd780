package delivery

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/composition"
)

// stored is the content of the file of last good schemas.
type stored struct {
	Format    int              `json:"format"`
	Subgraphs []storedSubgraph `json:"subgraphs"`
}

type storedSubgraph struct {
	Name string `json:"name"`
	SDL  string `json:"sdl"`
}

const storeFormat = 1

// restore reads what the last good version had of each subgraph. Without it
// things are as without the file.
func (d *Delivery) restore() {
	if d.o.LastGood == "" {
		return
	}
	kept, err := readStore(d.o.LastGood, 2*d.o.MaxBytes*int64(len(d.parts))+4096)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		d.log.Warn("last good schemas cannot be read", zap.Error(err),
			zap.String("try", "delete the file if it is damaged; it is written again when a supergraph serves"))
		return
	}
	for _, p := range d.parts {
		for _, k := range kept {
			if k.Name == p.name() {
				g := p.reader.Subgraph() // its URL is that of the configuration
				g.SDL, g.File = k.SDL, "last good schema of "+k.Name
				p.stored = &g
			}
		}
	}
}

func readStore(name string, most int64) ([]storedSubgraph, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, fmt.Errorf("%s is longer than %d bytes", name, most)
	}
	var s stored
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("%s is not a file of last good schemas: %w", name, err)
	}
	if s.Format != storeFormat {
		return nil, fmt.Errorf("%s is of format %d, not %d", name, s.Format, storeFormat)
	}
	return s.Subgraphs, nil
}

// store keeps the schemas that serve now. One that was skipped stays in the
// file as it was.
func (d *Delivery) store(set *set) {
	if d.o.LastGood == "" {
		return
	}
	s := stored{Format: storeFormat}
	have := map[string]composition.Subgraph{}
	for _, g := range set.subgraphs {
		have[g.Name] = g
	}
	for _, p := range d.parts {
		g, ok := have[p.name()]
		if !ok && p.stored != nil {
			g, ok = *p.stored, true
		}
		if ok {
			p.stored = &g
			s.Subgraphs = append(s.Subgraphs, storedSubgraph{Name: g.Name, SDL: g.SDL})
		}
	}
	err := writeStore(d.o.LastGood, s)
	if err != nil && !d.storeFailed {
		d.log.Warn("last good schemas cannot be kept", zap.Error(err),
			zap.String("try", "make the directory of supergraph.last_good_file writable to weft"))
	}
	d.storeFailed = err != nil
}

// writeStore writes the file so that there is always a whole one.
func writeStore(name string, s stored) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(name), ".weft-*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // after the rename it is not there any more
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), name)
}
