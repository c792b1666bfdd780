package composition

func (c *composer) validateSatisfiability() {}
