package merge

// Useless returns the fetches that have not ended and whose answers can no
// longer show in the response, ascending.
func (r *Result) Useless() []int { return nil }
