// Package buffer keeps memory for large texts from one request to the next: the
// answers of subgraphs, and responses.
//
// What is given back may be handed to somebody else at once, so whoever gives a
// Buffer back must be the only one who knows its bytes. Where the race detector
// is on, which is in tests, they are overwritten, so that whoever still reads
// them gives himself away. A Buffer that is not given back is the collector's;
// so are large ones that are not used again until it runs.
package buffer
