package planner

// What things take in memory, about, with what is part of each: counted once
// where many of them can be held, so that the sum is right to a factor of two.
const (
	sizeOfPointer = 8

	// An entry of a map, with its share of the map's free places.
	sizeOfEntry = 64

	sizeOfDecision      = 144
	sizeOfClassDecision = 256
	sizeOfKnown         = 40 // also of a hand
	sizeOfItemDecision  = 112
	sizeOfOpening       = 192 // with the key

	sizeOfPriced     = 96
	sizeOfPrice      = 136
	sizeOfGround     = 200
	sizeOfChart      = 240
	sizeOfChartItem  = 96
	sizeOfChartField = 88
	sizeOfCandidates = 160
	sizeOfSight      = 64

	sizeOfPosition = 360
	sizeOfClass    = 280
	sizeOfItem     = 176

	// A selected field, from the node it is written down in to the plan's
	// documents.
	sizeOfSelected = 800
)

// size is that of the decision without those it leads to.
func (d *decision) size() int {
	size := sizeOfDecision + sizeOfKnown*len(d.hands)
	for _, cd := range d.classes {
		size += sizeOfClassDecision + sizeOfKnown*(len(cd.known)+len(cd.hands)) + sizeOfOpening*len(cd.openings) + sizeOfItemDecision*len(cd.items)
	}
	return size
}

// size is that of the position without those below.
func (p *position) size() int {
	size := sizeOfPosition + sizeOfPointer*(len(p.fields)+len(p.candidates))
	for _, c := range p.classes {
		size += sizeOfClass + 2*sizeOfPointer*len(c.types) + sizeOfItem*len(c.items)
	}
	return size
}
