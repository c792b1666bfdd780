// Package persisted holds the documents that clients may name instead of
// sending them: it reads manifests, finds documents by their id, and tells
// whether a document is among them.
//
//	files ──► Parse ──► Manifest ──┐ swapped whole when a file changes
//	                               ▼
//	           (client, id) ──►  List  ──► text
//
// Manifests come in two forms:
//
//	{"format": "apollo-persisted-query-manifest", "version": 1,
//	 "operations": [{"id": "…", "name": "…", "type": "query", "body": "query …"}]}
//	{"id": "query …", …}                                                    (Relay)
//
// Ids are compared to the byte. A Manifest is never written to once it is made;
// a List that cannot read a file keeps what it had. The package validates no
// document: it goes through the same stages as one that was sent.
package persisted
