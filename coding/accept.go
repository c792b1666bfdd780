package coding

import (
	"math"
	"strconv"
	"strings"
)

// Accepted is what an Accept-Encoding header says: how much a client likes each
// coding, from 0 for not at all to 1. The zero value is that of a request
// without the header.
type Accepted struct {
	q        [4]float64 // in the order of All
	identity float64    // negative if nothing is said of it
	stated   bool
}

// maxAccepted is how many elements of an Accept-Encoding header are looked at.
const maxAccepted = 32

// ParseAccept reads the Accept-Encoding headers of a request. Malformed
// elements are left out. It allocates nothing. RFC 9110, "Accept-Encoding".
func ParseAccept(lines []string) Accepted {
	if len(lines) == 0 {
		return Accepted{}
	}
	a := Accepted{identity: -1, stated: true}
	var named [4]bool
	any := -1.0
	n := 0
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			if n++; n > maxAccepted {
				break
			}
			name, q, ok := parseElement(element)
			if !ok {
				continue
			}
			if i := indexOf(name); i >= 0 {
				a.q[i], named[i] = q, true
				continue
			}
			switch {
			case name == "*":
				any = q
			case strings.EqualFold(name, "identity"):
				a.identity = q
			}
		}
	}
	if any >= 0 {
		for i := range a.q {
			if !named[i] {
				a.q[i] = any
			}
		}
		if a.identity < 0 && any == 0 {
			a.identity = 0
		}
	}
	return a
}

func indexOf(name string) int {
	switch {
	case strings.EqualFold(name, "zstd"):
		return 0
	case strings.EqualFold(name, "gzip"), strings.EqualFold(name, "x-gzip"):
		return 1
	case strings.EqualFold(name, "br"):
		return 2
	case strings.EqualFold(name, "deflate"):
		return 3
	default:
		return -1
	}
}

// parseElement reads "gzip", "br;q=0.5" or "*".
func parseElement(s string) (name string, q float64, ok bool) {
	name, weight, weighted := strings.Cut(s, ";")
	name = strings.Trim(name, " \t")
	if !weighted {
		return name, 1, name != ""
	}
	weight = strings.Trim(weight, " \t")
	if len(weight) < 3 || weight[0] != 'q' && weight[0] != 'Q' || weight[1] != '=' {
		return "", 0, false
	}
	q, err := strconv.ParseFloat(weight[2:], 64)
	if err != nil || math.IsNaN(q) || q < 0 || q > 1 {
		return "", 0, false
	}
	return name, q, name != ""
}

// Choose returns the coding that the client likes best of offered, which is in
// the order of the server's own preference. It is Identity if the client likes
// none, or likes that better.
func (a Accepted) Choose(offered []Coding) Coding {
	best, most := Identity, 0.0
	for _, c := range offered {
		if i := indexOf(string(c)); i >= 0 && a.q[i] > most {
			best, most = c, a.q[i]
		}
	}
	// Without a word, identity is what is sent if nothing else is liked.
	if a.identity > most {
		return Identity
	}
	return best
}

// RefusesIdentity tells whether the client does not want an uncompressed body,
// however short. It gets one all the same if there is no coding for it.
func (a Accepted) RefusesIdentity() bool { return a.stated && a.identity == 0 }
