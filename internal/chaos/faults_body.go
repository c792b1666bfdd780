package chaos

import (
	"bytes"
	"fmt"
	"strings"
)

// bodyFaults are bodies that are not a GraphQL response, or a strange one,
// whatever was asked for.
func bodyFaults() []*Fault {
	faults := []*Fault{
		Spoil("page with status 200", func([]byte) []byte { return []byte(page) }),
		Spoil("empty body", func([]byte) []byte { return nil }),
		Spoil("null", func([]byte) []byte { return []byte("null") }),
		Spoil("a list", func([]byte) []byte { return []byte(`[{"data":{}}]`) }),
		Spoil("a number", func([]byte) []byte { return []byte("17") }),
		Spoil("neither data nor errors", func([]byte) []byte { return []byte(`{"message":"I am fine"}`) }),
		Spoil("Data in capitals", func(body []byte) []byte { return bytes.Replace(body, []byte(`"data"`), []byte(`"Data"`), 1) }),
		Spoil("data is a list", func([]byte) []byte { return []byte(`{"data":[]}`) }),
		Spoil("data is a string", func([]byte) []byte { return []byte(`{"data":"none"}`) }),
		Spoil("data is null", func([]byte) []byte { return []byte(`{"data":null}`) }),
		Spoil("data is empty", func([]byte) []byte { return []byte(`{"data":{}}`) }),
		Spoil("two answers", func(body []byte) []byte { return append(bytes.Clone(body), body...) }),
		Spoil("a byte order mark", func(body []byte) []byte { return append([]byte("\xEF\xBB\xBF"), body...) }),
		Spoil("UTF-16", func(body []byte) []byte {
			wide := []byte{0xFF, 0xFE}
			for _, c := range body {
				wide = append(wide, c, 0)
			}
			return wide
		}),
		Spoil("nested too deeply", func([]byte) []byte {
			return []byte(`{"data":` + strings.Repeat(`[`, 200_000))
		}),
		Spoil("nested too deeply beside the data", func(body []byte) []byte {
			return []byte(`{"filler":` + strings.Repeat(`{"a":`, 30_000) + "1" + strings.Repeat("}", 30_000) + "," + string(body[1:]))
		}),
		Spoil("white space", func(body []byte) []byte {
			return append(bytes.Repeat([]byte(" \n\t\r"), 1000), append(bytes.Clone(body), '\n')...)
		}),
		Spoil("errors without data", func([]byte) []byte {
			return []byte(`{"errors":[{"message":"out of order","extensions":{"code":"BROKEN"}}]}`)
		}),
		Spoil("errors and null", func([]byte) []byte {
			return []byte(`{"data":null,"errors":[{"message":"out of order","extensions":{"code":"BROKEN"}}]}`)
		}),
		Spoil("errors of no form", func([]byte) []byte {
			return []byte(`{"data":null,"errors":["plain",17,null,{"text":"no message"},{"message":null},{"message":["a","list"],"path":"here","locations":{},"extensions":7}]}`)
		}),
		Spoil("an error storm", func([]byte) []byte {
			return []byte(`{"data":null,"errors":[` + strings.Repeat(`{"message":"storm"},`, 4999) + `{"message":"storm"}]}`)
		}),
		Spoil("errors beside the data", func(body []byte) []byte {
			return []byte(`{"errors":[{"message":"by the way","extensions":{"code":"NOTE"}}],` + string(body[1:]))
		}),
		Spoil("no errors in a list", func(body []byte) []byte { return []byte(`{"errors":[],` + string(body[1:])) }),
		Spoil("errors are null", func(body []byte) []byte { return []byte(`{"errors":null,` + string(body[1:])) }),
		Spoil("names nobody asked for", func(body []byte) []byte {
			const extra = `"__proto__":{"x":1},"constructor":1,"_w0":true,"":[]`
			body = bytes.Replace(body, []byte(`{"data":{`), []byte(`{"extensions":{"a":1},`+extra+`,"data":{`+extra+`,`), 1)
			return body
		}),
		Spoil("data twice, the first one wrong", func(body []byte) []byte {
			return []byte(`{"data":{"poison":1},` + string(body[1:]))
		}),
	}
	for _, c := range []byte{0, 0x1f, 0x7f, 0x80, 0xff} {
		faults = append(faults, Spoil(fmt.Sprintf("byte %#02x in front", c), func(body []byte) []byte {
			return append([]byte{c}, body...)
		}))
	}
	return faults
}
