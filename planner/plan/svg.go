package plan

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// SVG draws the plan: a box per fetch, in rows by the earliest stage it could
// start at, with a line to it from each fetch it waits for. The picture stands
// alone: it refers to no fonts, styles or scripts. Documents are shown whole
// where a viewer shows titles.
func (p *Plan) SVG() string {
	d := newDrawing(p)
	d.order()
	d.place()
	return d.print()
}

// Sizes of a drawing, in its units. Text is monospaced.
const (
	svgChar   = 7  // width of a character
	svgLine   = 16 // height of a line
	svgPad    = 10 // inside a box
	svgGap    = 28 // between boxes of a row
	svgRow    = 48 // between rows
	svgMargin = 16
	svgLane   = 12 // width of the way for a line through a row
)

// A drawing is a plan laid out in rows. Lines that pass through a row have a
// box of their own there, so that they are led around the others.
type drawing struct {
	rows          [][]*box
	lines         []*link
	width, height int
}

type box struct {
	fetch *Fetch // nil for a line passing through
	card  card

	x, y, w, h int
	up, down   []*box
	at         int // in its row
}

// A link is a line through boxes, from one fetch to another.
type link struct{ boxes []*box }

func newDrawing(p *Plan) *drawing {
	d := &drawing{}
	of := make([]*box, len(p.Fetches))
	row := make([]int, len(p.Fetches))
	for i, stage := range p.Stages() {
		d.rows = append(d.rows, nil)
		for _, f := range stage {
			b := &box{fetch: f, card: newCard(f)}
			b.w, b.h = b.card.size()
			of[f.ID], row[f.ID] = b, i
			d.rows[i] = append(d.rows[i], b)
		}
	}
	for _, e := range p.edges() {
		l := &link{boxes: []*box{of[e.from]}}
		for i := row[e.from] + 1; i < row[e.to]; i++ {
			lane := &box{w: svgLane}
			d.rows[i] = append(d.rows[i], lane)
			l.boxes = append(l.boxes, lane)
		}
		l.boxes = append(l.boxes, of[e.to])
		for i, b := range l.boxes[1:] {
			b.up = append(b.up, l.boxes[i])
			l.boxes[i].down = append(l.boxes[i].down, b)
		}
		d.lines = append(d.lines, l)
	}
	return d
}

func (c card) lines() [][]string {
	return [][]string{{c.title}, c.paths, c.document, c.reasons}
}

func (c card) size() (w, h int) {
	n := 0
	for _, part := range c.lines() {
		for _, line := range part {
			w = max(w, utf8.RuneCountInString(line)*svgChar)
			n++
		}
	}
	return w + 2*svgPad, n*svgLine + 2*svgPad
}

// order sorts the rows so that few lines cross: each box goes to the middle of
// those it is tied to in the row above, then below, a few times over.
func (d *drawing) order() {
	number := func() {
		for _, row := range d.rows {
			for i, b := range row {
				b.at = i
			}
		}
	}
	middle := func(b *box, ties []*box) float64 {
		if len(ties) == 0 {
			return float64(b.at)
		}
		sum := 0
		for _, t := range ties {
			sum += t.at
		}
		return float64(sum) / float64(len(ties))
	}
	number()
	for range 4 {
		for _, row := range d.rows {
			slices.SortStableFunc(row, func(x, y *box) int { return cmp.Compare(middle(x, x.up), middle(y, y.up)) })
			number()
		}
		for _, row := range slices.Backward(d.rows) {
			slices.SortStableFunc(row, func(x, y *box) int { return cmp.Compare(middle(x, x.down), middle(y, y.down)) })
			number()
		}
	}
}

// place gives the boxes their coordinates: as near as can be below those they
// are tied to, in the order of their row.
func (d *drawing) place() {
	y := svgMargin
	for _, row := range d.rows {
		height := 0
		for i, b := range row {
			b.y = y
			height = max(height, b.h)
			if i > 0 {
				b.x = row[i-1].x + row[i-1].w + svgGap
			}
		}
		for _, b := range row {
			if b.fetch == nil {
				b.h = height
			}
		}
		y += height + svgRow
	}
	d.height = max(y-svgRow, svgMargin) + svgMargin
	for range 4 {
		for _, row := range d.rows {
			pull(row, func(b *box) []*box { return b.up })
		}
		for _, row := range slices.Backward(d.rows) {
			pull(row, func(b *box) []*box { return b.down })
		}
	}
	d.width = 2 * svgMargin
	left := 0
	for _, row := range d.rows {
		for _, b := range row {
			left = min(left, b.x)
		}
	}
	for _, row := range d.rows {
		for _, b := range row {
			b.x += svgMargin - left
			d.width = max(d.width, b.x+b.w+svgMargin)
		}
	}
}

// pull moves the boxes of a row towards those they are tied to, without
// changing their order.
func pull(row []*box, ties func(*box) []*box) {
	wanted := make([]int, len(row))
	for i, b := range row {
		wanted[i] = b.x
		if t := ties(b); len(t) > 0 {
			sum := 0
			for _, other := range t {
				sum += other.x + other.w/2
			}
			wanted[i] = sum/len(t) - b.w/2
		}
	}
	off := 0
	for i, b := range row {
		b.x = wanted[i]
		if i > 0 {
			b.x = max(b.x, row[i-1].x+row[i-1].w+svgGap)
		}
		off += b.x - wanted[i]
	}
	// What was pushed to the right is shared out to both sides.
	for _, b := range row {
		b.x -= off / len(row)
	}
}

func (d *drawing) print() string {
	var w strings.Builder
	fmt.Fprintf(&w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="monospace" font-size="11">`+"\n",
		d.width, d.height, d.width, d.height)
	w.WriteString(`<rect width="100%" height="100%" fill="#ffffff"/>` + "\n")
	for _, l := range d.lines {
		l.print(&w)
	}
	for _, row := range d.rows {
		for _, b := range row {
			if b.fetch != nil {
				b.print(&w)
			}
		}
	}
	w.WriteString("</svg>\n")
	return w.String()
}

func (l *link) print(w *strings.Builder) {
	w.WriteString(`<path d="`)
	for i, b := range l.boxes {
		x := b.x + b.w/2
		if i == 0 {
			fmt.Fprintf(w, "M%d %d", x, b.y+b.h)
			continue
		}
		from := l.boxes[i-1]
		fx, fy := from.x+from.w/2, from.y+from.h
		half := (fy + b.y) / 2
		fmt.Fprintf(w, " C%d %d %d %d %d %d", fx, half, x, half, x, b.y)
		if i < len(l.boxes)-1 {
			fmt.Fprintf(w, " L%d %d", x, b.y+b.h)
		}
	}
	end := l.boxes[len(l.boxes)-1]
	x, y := end.x+end.w/2, end.y
	w.WriteString(`" fill="none" stroke="#8a94a6"/>` + "\n")
	fmt.Fprintf(w, `<path d="M%d %d l-4 -7 h8 z" fill="#8a94a6"/>`+"\n", x, y)
}

func (b *box) print(w *strings.Builder) {
	fmt.Fprintf(w, `<g><title>%s</title><rect x="%d" y="%d" width="%d" height="%d" rx="6" fill="#f5f7fa" stroke="#4a5568"/>`+"\n",
		xmlText(b.fetch.Document), b.x, b.y, b.w, b.h)
	y := b.y + svgPad + 12
	styles := []string{` font-weight="bold"`, ` fill="#2b6cb0"`, "", ` fill="#718096" font-style="italic"`}
	for i, part := range b.card.lines() {
		for _, line := range part {
			fmt.Fprintf(w, `<text x="%d" y="%d"%s>%s</text>`+"\n", b.x+svgPad, y, styles[i], xmlText(line))
			y += svgLine
		}
	}
	w.WriteString("</g>\n")
}

func xmlText(text string) string {
	var w strings.Builder
	if err := xml.EscapeText(&w, []byte(text)); err != nil {
		panic("plan: " + err.Error()) // a strings.Builder takes everything
	}
	return w.String()
}
