package demo

// kind is what sort of specs a category's products have.
type kind int

const (
	electronics kind = iota
	furniture
	clothing
	general
)

// categoryFacts is what is written down about a category. The products in it
// are made from the rest.
type categoryFacts struct {
	name     string
	kind     kind
	brands   []int // numbers of brands
	nouns    []string
	material []string
	use      string // completes "Made for …"

	minPrice, maxPrice   int // US dollars
	minWeight, maxWeight int // grams
	size                 int // millimetres, of a middling package
}

// categories are numbered from 1.
func categories() []categoryFacts {
	return []categoryFacts{
		{name: "Audio", kind: electronics, brands: []int{1, 2, 3},
			nouns: []string{"Wireless Headphones", "Earbuds", "Bookshelf Speaker", "Soundbar", "Turntable", "Portable Speaker", "Studio Microphone", "Radio", "Headphone Stand", "Amplifier"},
			use:   "long listening", minPrice: 19, maxPrice: 399, minWeight: 60, maxWeight: 6000, size: 220},
		{name: "Lighting", kind: electronics, brands: []int{4, 5, 2},
			nouns: []string{"Desk Lamp", "Floor Lamp", "Pendant Light", "Wall Light", "Reading Light", "Lantern", "Night Light", "Light Strip", "Table Lamp", "Spotlight"},
			use:   "evenings with a book", minPrice: 14, maxPrice: 289, minWeight: 200, maxWeight: 5200, size: 340},
		{name: "Coffee and Tea", kind: general, brands: []int{6, 7, 8},
			nouns: []string{"Pour-Over Set", "Teapot", "Coffee Grinder", "Kettle", "French Press", "Espresso Cups", "Travel Mug", "Tea Infuser", "Milk Frother", "Storage Canister"},
			use:   "slow mornings", minPrice: 9, maxPrice: 179, minWeight: 150, maxWeight: 2600, size: 200},
		{name: "Kitchen", kind: general, brands: []int{7, 9, 10},
			nouns: []string{"Chef's Knife", "Cast Iron Pan", "Mixing Bowls", "Cutting Board", "Saucepan", "Baking Tray", "Kitchen Scale", "Salad Spinner", "Pepper Mill", "Roasting Tin", "Stockpot"},
			use:   "daily cooking", minPrice: 12, maxPrice: 219, minWeight: 180, maxWeight: 4800, size: 320},
		{name: "Chairs and Tables", kind: furniture, brands: []int{11, 4, 12},
			nouns:    []string{"Dining Chair", "Armchair", "Side Table", "Desk", "Stool", "Dining Table", "Bench", "Rocking Chair", "Console Table", "Office Chair"},
			material: []string{"solid oak", "beech", "walnut", "ash and steel", "birch plywood", "recycled aluminium"},
			use:      "rooms that are lived in", minPrice: 79, maxPrice: 1290, minWeight: 3500, maxWeight: 38000, size: 800},
		{name: "Shelves and Storage", kind: furniture, brands: []int{11, 12, 13},
			nouns:    []string{"Bookcase", "Wall Shelf", "Sideboard", "Storage Box", "Coat Rack", "Shoe Cabinet", "Magazine Rack", "Wardrobe", "Chest of Drawers", "Laundry Basket"},
			material: []string{"oak veneer", "pine", "powder-coated steel", "bamboo", "birch plywood", "woven seagrass"},
			use:      "things that need a place", minPrice: 24, maxPrice: 990, minWeight: 900, maxWeight: 42000, size: 760},
		{name: "Bags", kind: clothing, brands: []int{14, 15, 16},
			nouns:    []string{"Backpack", "Messenger Bag", "Tote", "Weekender", "Wallet", "Laptop Sleeve", "Belt Bag", "Duffel", "Camera Bag", "Pannier"},
			material: []string{"waxed canvas", "vegetable-tanned leather", "recycled nylon", "wool felt", "cotton twill"},
			use:      "short trips and long days", minPrice: 22, maxPrice: 349, minWeight: 90, maxWeight: 2300, size: 400},
		{name: "Clothing", kind: clothing, brands: []int{15, 17, 18},
			nouns:    []string{"Rain Jacket", "Merino Sweater", "Oxford Shirt", "T-Shirt", "Wool Socks", "Beanie", "Linen Trousers", "Overshirt", "Scarf", "Cardigan", "Work Jacket"},
			material: []string{"merino wool", "organic cotton", "linen", "recycled polyester", "lambswool"},
			use:      "weather of all kinds", minPrice: 9, maxPrice: 329, minWeight: 60, maxWeight: 1400, size: 320},
		{name: "Camping", kind: general, brands: []int{16, 19, 20},
			nouns: []string{"Two-Person Tent", "Sleeping Bag", "Camp Stove", "Water Filter", "Head Torch", "Hammock", "Cooking Set", "Sleeping Mat", "Trekking Poles", "Dry Bag", "Camp Chair"},
			use:   "nights outside", minPrice: 15, maxPrice: 589, minWeight: 90, maxWeight: 4200, size: 420},
		{name: "Cycling", kind: general, brands: []int{19, 21, 16},
			nouns: []string{"Helmet", "Floor Pump", "Bicycle Lock", "Saddle", "Front Light", "Handlebar Tape", "Bottle Cage", "Bell", "Tool Kit", "Mudguards"},
			use:   "every day on the road", minPrice: 8, maxPrice: 249, minWeight: 40, maxWeight: 2100, size: 260},
		{name: "Stationery", kind: general, brands: []int{22, 23, 14},
			nouns: []string{"Notebook", "Fountain Pen", "Pencil Set", "Desk Organiser", "Planner", "Letter Opener", "Sketchbook", "Brush Pens", "Pen Roll", "Paper Knife"},
			use:   "thoughts worth keeping", minPrice: 4, maxPrice: 129, minWeight: 30, maxWeight: 1100, size: 180},
		{name: "Garden", kind: general, brands: []int{24, 20, 10},
			nouns: []string{"Pruning Shears", "Watering Can", "Planter", "Hand Trowel", "Bird Feeder", "Garden Gloves", "Seed Box", "Compost Bin", "Hose Reel", "Rain Gauge", "Raised Bed"},
			use:   "balconies and beds alike", minPrice: 6, maxPrice: 259, minWeight: 80, maxWeight: 9800, size: 380},
	}
}

// brandFacts is what is written down about a brand.
type brandFacts struct{ name, country string }

// brands are numbered from 1.
func brands() []brandFacts {
	return []brandFacts{
		{"Tonewell", "Denmark"}, {"Halden", "Norway"}, {"Resona", "Japan"}, {"Nordlys", "Norway"},
		{"Lumen & Loom", "Portugal"}, {"Kettlewright", "United Kingdom"}, {"Hasami Works", "Japan"}, {"Brewsmith", "United States"},
		{"Solingen Forge", "Germany"}, {"Terracotta Sud", "Italy"}, {"Ekholm", "Sweden"}, {"Plain Timber", "Canada"},
		{"Boxwood", "Estonia"}, {"Field & Ledger", "United States"}, {"Marrow", "Ireland"}, {"Windrose", "Austria"},
		{"Saltmarsh", "United Kingdom"}, {"Lanolin", "New Zealand"}, {"Velocis", "Italy"}, {"Trailhead", "Canada"},
		{"Spoke", "Netherlands"}, {"Paperbark", "Australia"}, {"Inkwell & Sons", "France"}, {"Greenfinch", "Netherlands"},
	}
}

// models are the names that product lines have.
func models() []string {
	return []string{
		"Arden", "Hazel", "Drift", "Kestrel", "Juniper", "Monsoon", "Atlas", "Cobalt", "Fennel", "Lyra",
		"Marlow", "Nimbus", "Orchard", "Pilot", "Quill", "Rowan", "Sable", "Tern", "Umbra", "Vesper",
		"Willow", "Yarrow", "Zephyr", "Alder", "Birch", "Calypso", "Delta", "Ember", "Fjord", "Granite",
		"Harbor", "Indigo", "Jasper", "Koa", "Lark", "Meridian", "North", "Onyx", "Prairie", "Reed",
		"Solstice", "Thistle", "Union", "Valley", "Wren", "Cinder", "Dune", "Everett", "Flint", "Gale",
		"Haven", "Isle", "Jetty", "Kite", "Linden", "Moss", "Nova", "Opal", "Pebble", "Ridge",
	}
}

// flagship is a product that is written by hand.
type flagship struct {
	name            string
	category, brand int
	cents, stock    int
	description     string
	weight          int
}

// flagships are the first products, from number 1.
func flagships() []flagship {
	return []flagship{
		{"Aurora Wireless Headphones", 1, 1, 2999, 142, "Light over-ear headphones that play for 40 hours and fold flat into a coat pocket. Cushions and cable can be replaced without tools.", 210},
		{"Halo Desk Lamp", 2, 4, 8900, 37, "A ring of warm light on an arm that stays where it is put. Dims down to the last candle.", 1450},
		{"Hasami Pour-Over Set", 3, 7, 4450, 6, "Stoneware dripper, server and two cups, glazed by hand in small batches. No two are quite the same.", 1180},
		{"Ekholm Dining Chair", 5, 11, 18900, 58, "Solid oak, oiled, with a woven seat. Stacks four high and outlives most tables.", 4900},
		{"Windrose Weekender", 7, 16, 12900, 0, "Forty litres of waxed canvas with a wide mouth and a strap that does not slip.", 1350},
		{"Saltmarsh Rain Jacket", 8, 17, 16500, 23, "Three layers, taped seams and a hood that turns with the head. Packs into its own pocket.", 420},
		{"Trailhead Two-Person Tent", 9, 20, 32900, 11, "Stands in four minutes, weighs less than two kilograms and has a door on either side.", 1890},
		{"Velocis Commuter Helmet", 10, 19, 7450, 84, "A quiet helmet with a light at the back and a buckle for gloved hands.", 340},
		{"Paperbark Field Notebook", 11, 22, 1290, 410, "A hundred and sixty dotted pages that lie flat, and a cover that does not mind the rain.", 190},
		{"Solingen Chef's Knife", 4, 9, 9900, 4, "Twenty centimetres of forged steel, balanced at the bolster. Sharpened for free, for life.", 260},
		{"Greenfinch Watering Can", 12, 24, 3450, 66, "Nine litres, a long spout and a brass rose that pours like light rain.", 1250},
		{"Boxwood Wall Shelf", 6, 13, 5900, 19, "Birch plywood with hidden fixings. Carries twenty kilograms of books without a word.", 3100},
	}
}

// openings of descriptions: what the product is, what it is for, and its
// article.
func openings() []string {
	return []string{
		"The %[1]s made for %[2]s.", "%[3]s %[1]s for %[2]s.", "Our take on the %[1]s, for %[2]s.",
		"We spent two years on this %[1]s, for %[2]s.", "Honestly built, for %[2]s: %[4]s %[1]s.",
		"The %[1]s we wanted ourselves, for %[2]s.",
	}
}

func closings() []string {
	return []string{
		"Every part can be repaired or replaced.", "Comes with a ten-year promise of spare parts.",
		"Packed without plastic.", "Designed in a small studio and made in small batches.",
		"Quieter, lighter and plainer than the one before it.", "Ages well and asks for little.",
		"Tested by our own staff for a full year.", "Ready to use in a minute, without tools.",
	}
}

func firstNames() []string {
	return []string{
		"Ada", "Amara", "Anders", "Beatriz", "Bo", "Carmen", "Chidi", "Clara", "Dana", "Dario",
		"Elif", "Emil", "Farah", "Finn", "Greta", "Hana", "Hiro", "Ines", "Ivo", "Jonas",
		"Kaya", "Lena", "Luca", "Maja", "Mei", "Milan", "Nadia", "Noor", "Oskar", "Priya",
		"Rafael", "Rosa", "Samir", "Sofia", "Tariq", "Tove", "Vera", "Wanda", "Yuki", "Zeynep",
	}
}

func lastNames() []string {
	return []string{
		"Adeyemi", "Almeida", "Bauer", "Bianchi", "Castillo", "Chen", "Dubois", "Eriksen", "Fischer", "Haddad",
		"Holm", "Ito", "Jansen", "Kaplan", "Kowalski", "Larsen", "Lindqvist", "Marino", "Moreau", "Nakamura",
		"Novak", "O'Brien", "Okafor", "Papadakis", "Patel", "Petrov", "Quinn", "Reyes", "Rossi", "Santos",
		"Silva", "Sørensen", "Tanaka", "Varga", "Weber", "Whitfield", "Wójcik", "Yilmaz", "Zhang",
	}
}

func cities() []string {
	return []string{
		"Accra", "Antwerp", "Bergen", "Bogotá", "Chicago", "Cork", "Gdańsk", "Hamburg", "Hanoi", "Izmir",
		"Kyoto", "Lagos", "Leipzig", "Lyon", "Malmö", "Montréal", "Nairobi", "Oaxaca", "Porto", "Quito",
		"Riga", "Seville", "Tallinn", "Turin",
	}
}

// opinion is what a review of some rating says. %s is the product's noun.
type opinion struct{ title, body string }

// opinions by rating, from 1 to 5.
func opinions() [5][]opinion {
	return [5][]opinion{
		{
			{"Arrived broken", "The %s came with a crack and the replacement took three weeks."},
			{"Not for me", "I wanted to like this %s. I sent it back."},
			{"Disappointed", "Looks nothing like the pictures, and feels cheap."},
		},
		{
			{"Expected more", "For this price the %s should be better finished."},
			{"Meh", "It does what it says, but my old %s did it better."},
			{"Good idea, poor detail", "Nice to look at. The small parts let it down."},
		},
		{
			{"It is fine", "A decent %s. Nothing to complain about, nothing to remember."},
			{"Does the job", "Works as described. The instructions could be clearer."},
			{"Mixed feelings", "Lovely material, but smaller than I thought. Measure first."},
		},
		{
			{"Very happy", "Well made and good to look at. One star off for the packaging."},
			{"Solid", "A %s that will be around for years, I think."},
			{"Would buy again", "Bought one for myself, then one for my sister."},
			{"Nice surprise", "Better in the hand than in the pictures."},
		},
		{
			{"Love it", "The best %s I have owned, and I have owned a few."},
			{"Perfect", "Exactly what I was looking for. Quick delivery, too."},
			{"Worth every cent", "Use it every day. Still as good as new after a year."},
			{"Beautiful", "Visitors ask where this %s is from. I tell them, reluctantly."},
			{"Cannot fault it", "Simple, sturdy, quiet. More things should be like this."},
		},
	}
}

// warehouses are numbered from 1.
func warehouses() [][2]string {
	return [][2]string{
		{"Rotterdam", "Netherlands"}, {"Leipzig", "Germany"}, {"Memphis", "United States"}, {"Osaka", "Japan"},
	}
}

// promotionFacts is what is written down about a promotion.
type promotionFacts struct {
	label, endsOn   string
	percent         int // of a PercentOff
	pieces, payFor  int // of a Bundle
	smallest, every int // applies to numbers from smallest, every so many
}

// promotions are numbered from 1.
func promotions() []promotionFacts {
	return []promotionFacts{
		{label: "Spring Clearance", endsOn: "2026-05-31", percent: 20, smallest: 3, every: 11},
		{label: "Three for Two", endsOn: "2026-12-31", pieces: 3, payFor: 2, smallest: 9, every: 17},
		{label: "Members' Week", endsOn: "2026-09-14", percent: 15, smallest: 5, every: 23},
		{label: "Second One Half Price", endsOn: "2026-08-01", pieces: 4, payFor: 3, smallest: 12, every: 29},
		{label: "Last of the Line", endsOn: "2026-06-30", percent: 40, smallest: 16, every: 61},
	}
}
