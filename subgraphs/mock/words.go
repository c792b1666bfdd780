package mock

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// What generated values are made of. The tables are only read.

func firstNames() []string {
	return []string{
		"Ada", "Amara", "Bo", "Carmen", "Chidi", "Dana", "Elif", "Emil", "Farah", "Greta", "Hiro", "Ines",
		"Ivo", "Jonas", "Kaya", "Lena", "Luca", "Mei", "Milan", "Nadia", "Noor", "Oskar", "Priya", "Rafael",
		"Rosa", "Samir", "Sofia", "Tariq", "Vera", "Yuki",
	}
}

func lastNames() []string {
	return []string{
		"Adeyemi", "Almeida", "Bauer", "Castillo", "Chen", "Dubois", "Eriksen", "Fischer", "Haddad", "Ito",
		"Jansen", "Kaplan", "Kowalski", "Larsen", "Lindqvist", "Marino", "Moreau", "Nakamura", "Novak", "Okafor",
		"Patel", "Petrov", "Quinn", "Reyes", "Rossi", "Santos", "Silva", "Tanaka", "Weber", "Yilmaz",
	}
}

func adjectives() []string {
	return []string{
		"Amber", "Brisk", "Calm", "Classic", "Compact", "Coastal", "Daily", "Deep", "Eager", "Everyday", "Fine",
		"Golden", "Grand", "Light", "Lunar", "Modern", "Northern", "Plain", "Quiet", "Rustic", "Silver", "Smart",
		"Solid", "Sunny", "Swift", "Urban", "Vivid", "Warm", "Wild", "Woven",
	}
}

func nouns() []string {
	return []string{
		"Anchor", "Arbor", "Beacon", "Bridge", "Cedar", "Circle", "Comet", "Compass", "Cove", "Ember", "Field",
		"Garden", "Harbor", "Hollow", "Island", "Lantern", "Ledge", "Maple", "Meadow", "Mesa", "Orchard", "Pine",
		"Prairie", "Quarry", "Ridge", "River", "Summit", "Thicket", "Valley", "Willow",
	}
}

func cities() []string {
	return []string{
		"Accra", "Antwerp", "Bergen", "Bogotá", "Cork", "Gdańsk", "Hanoi", "Izmir", "Kyoto", "Leipzig", "Lyon",
		"Malmö", "Nairobi", "Oaxaca", "Porto", "Quito", "Riga", "Seville", "Tallinn", "Turin",
	}
}

func colours() []string {
	return []string{"black", "blue", "brown", "green", "grey", "ivory", "navy", "orange", "red", "teal", "white", "yellow"}
}

func phrases() []string {
	return []string{
		"Made to last and easy to repair.",
		"Arrives ready to use, with a short guide.",
		"A good fit for small rooms and long days.",
		"Works as well on the tenth day as on the first.",
		"Simple on the outside, careful on the inside.",
		"Quieter than it looks and lighter than it feels.",
		"Every part can be bought on its own.",
		"Best enjoyed slowly, or so we are told.",
	}
}

func from(list []string, h uint64) string { return list[h%uint64(len(list))] }

func personName(h uint64) string {
	return from(firstNames(), h) + " " + from(lastNames(), h>>20)
}

func isPerson(typ string) bool {
	return hasWord(wordsOf(typ), "user", "account", "author", "person", "customer", "member", "employee",
		"reviewer", "owner", "admin", "viewer", "profile", "contact")
}

// sentence makes a String for a field of a type; n is the entity's number.
func sentence(typ, field string, words []string, h uint64, n int) string {
	switch {
	case hasWord(words, "email", "mail"):
		return emailAddress(h)
	case hasWord(words, "username", "login", "handle", "nickname"):
		return strings.ToLower(from(firstNames(), h)) + fmt.Sprint(h>>20%90+10)
	case hasWord(words, "name", "title", "label") && isPerson(typ), hasWord(words, "author", "owner", "fullname"):
		return personName(h)
	case hasWord(words, "url", "uri", "link", "website", "href", "image", "avatar", "picture", "photo"):
		return fmt.Sprintf("https://example.com/%s/%d", strings.ToLower(field), h%10_000)
	case hasWord(words, "name", "title", "label"):
		return from(adjectives(), h) + " " + from(nouns(), h>>20)
	case hasWord(words, "description", "body", "text", "comment", "summary", "content", "bio", "note", "message"):
		return from(phrases(), h) + " " + from(phrases(), h>>20)
	case hasWord(words, "phone"):
		return fmt.Sprintf("+1 555 %07d", h%10_000_000)
	case hasWord(words, "street", "address"):
		return fmt.Sprintf("%d %s Street", 1+h%200, from(nouns(), h>>20))
	case hasWord(words, "city", "town", "location"):
		return from(cities(), h)
	case hasWord(words, "country"):
		return from([]string{"BR", "CA", "DE", "ES", "FR", "IN", "JP", "KE", "NO", "US"}, h)
	case hasWord(words, "currency"):
		return from([]string{"CHF", "EUR", "GBP", "JPY", "USD"}, h)
	case hasWord(words, "colour", "color"):
		return from(colours(), h)
	case hasWord(words, "date", "at", "time", "created", "updated", "birthday"):
		return instant(h).Format(time.RFC3339)
	case hasWord(words, "sku", "upc", "code", "ean", "isbn", "serial"):
		return fmt.Sprintf("%s-%06d", strings.ToUpper(words[len(words)-1]), h%1_000_000)
	}
	if n > 0 {
		return fmt.Sprintf("%s %s %d", typ, field, n)
	}
	return fmt.Sprintf("%s %s %s", typ, field, strings.ToLower(from(nouns(), h)))
}

func emailAddress(h uint64) string {
	return strings.ToLower(from(firstNames(), h)+"."+from(lastNames(), h>>20)) + "@example.com"
}

// instant is a moment of the last years before 2025.
func instant(h uint64) time.Time {
	const fiveYears = 5 * 365 * 24 * 60 * 60
	return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(h%fiveYears) * time.Second)
}

func wholeNumber(words []string, h uint64) int {
	switch {
	case hasWord(words, "rating", "stars", "score"):
		return 1 + int(h%5)
	case hasWord(words, "year"):
		return 1990 + int(h%35)
	case hasWord(words, "age"):
		return 18 + int(h%60)
	case hasWord(words, "percent", "percentage", "discount"):
		return int(h % 101)
	case hasWord(words, "count", "quantity", "stock", "total"):
		return int(h % 200)
	}
	return 1 + int(h%1000)
}

func decimalNumber(words []string, h uint64) float64 {
	switch {
	case hasWord(words, "price", "cost", "amount", "total"):
		return float64(h%300) + 0.99
	case hasWord(words, "rating", "score"):
		return math.Round(10*(1+float64(h%41)/10)) / 10
	case hasWord(words, "latitude", "lat"):
		return math.Round(float64(h%18_000)-9_000) / 100
	case hasWord(words, "longitude", "lng", "lon"):
		return math.Round(float64(h%36_000)-18_000) / 100
	}
	return float64(h%10_000) / 100
}

// customScalar makes a value for a scalar that the schema declares, by its
// name.
func customScalar(name string, words []string, h uint64) any {
	lower := strings.ToLower(name)
	switch {
	case strings.Contains(lower, "datetime") || strings.Contains(lower, "timestamp") || lower == "instant":
		return instant(h).Format(time.RFC3339)
	case strings.Contains(lower, "date"):
		return instant(h).Format(time.DateOnly)
	case strings.Contains(lower, "time"):
		return instant(h).Format(time.TimeOnly)
	case strings.Contains(lower, "uuid") || strings.Contains(lower, "guid"):
		return fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", uint32(h), uint16(h>>32), h>>48&0xfff, h>>16&0xfff, mix(h, 1)>>16)
	case strings.Contains(lower, "url") || strings.Contains(lower, "uri"):
		return fmt.Sprintf("https://example.com/%d", h%10_000)
	case strings.Contains(lower, "email"):
		return emailAddress(h)
	case strings.Contains(lower, "json") || strings.Contains(lower, "object") || strings.Contains(lower, "map"):
		return map[string]any{"value": int(h % 1000)}
	case strings.Contains(lower, "int") || strings.Contains(lower, "long"):
		return wholeNumber(words, h)
	case strings.Contains(lower, "decimal") || strings.Contains(lower, "float") || strings.Contains(lower, "money"):
		return decimalNumber(words, h)
	case strings.Contains(lower, "bool"):
		return h&1 == 0
	}
	return fmt.Sprintf("%s %d", name, h%1000)
}
