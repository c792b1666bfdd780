package weft

import (
	"runtime"
	"runtime/metrics"
	"testing"
)

// heapGoal is at which size of the heap the next collection begins.
func heapGoal() uint64 {
	runtime.GC()
	goal := []metrics.Sample{{Name: "/gc/heap/goal:bytes"}}
	metrics.Read(goal)
	return goal[0].Value.Uint64()
}

func TestFloorHeap(t *testing.T) {
	for _, tt := range []struct {
		name, gogc, limit string
		want              bool
	}{
		{"nothing is said", "", "", true},
		{"GOGC", "100", "", false},
		{"GOMEMLIMIT", "", "1GiB", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("GOGC", tt.gogc)
			t.Setenv("GOMEMLIMIT", tt.limit)
			before := heapGoal()
			undo := FloorHeap()
			with := heapGoal()
			undo()
			after := heapGoal()
			// What else is in the heap comes and goes.
			const most = heapFloor / 2
			if got := with > before+most; got != tt.want {
				t.Errorf("the next collection is at %d bytes, without at %d", with, before)
			}
			if after > before+most {
				t.Errorf("afterwards it is at %d bytes", after)
			}
		})
	}
}
