// Package coding compresses and inflates bodies in the content codings that
// HTTP clients and servers speak: gzip, br, zstd and deflate.
//
//	Accept-Encoding ─► Accepted.Choose ─► Codec.Compress ─► body to send
//	body received   ─► Codec.Inflate (bounded) ─► body to read
//
// Bodies are whole: what arrives compressed has been read, within a limit,
// before it is inflated. Inflating is what a stranger can make expensive, so it
// is bounded three ways: the bytes that come out are counted as they do, windows
// are at most 8 MiB, and only as many bodies as there are processors are
// inflated at the same time, which need no more of the network for it. None of
// this starts a goroutine.
//
// The package knows nothing of requests or answers. RFC 9110, "Content Codings"
// and "Accept-Encoding"; RFC 8878 and RFC 9659 for zstd.
package coding
