package config

import (
	"fmt"
	"path/filepath"
)

// APQ are automatic persisted queries: clients send the hash of a document,
// and the document itself only where weft does not know it.
type APQ struct {
	Enabled bool `yaml:"enabled"`
}

// PersistedQueries are documents that are known beforehand, from manifests.
type PersistedQueries struct {
	Enabled bool `yaml:"enabled"`

	// LocalManifests are files in the format of Apollo or Relay. Relative
	// paths are relative to the configuration file.
	LocalManifests []string `yaml:"local_manifests"`

	// HotReload reads a file again when it has changed.
	HotReload bool `yaml:"hot_reload"`

	// LogUnknown logs documents that no manifest has.
	LogUnknown bool `yaml:"log_unknown"`

	Safelist Safelist `yaml:"safelist"`
}

// Safelist answers nothing but what is in the manifests.
type Safelist struct {
	Enabled bool `yaml:"enabled"`
	// RequireID refuses the text of documents, also of those in the list.
	RequireID bool `yaml:"require_id"`
}

// Clients says how clients give their names. The first header of a list that
// a request has counts.
type Clients struct {
	NameHeaders    []string `yaml:"name_headers"`
	VersionHeaders []string `yaml:"version_headers"`
}

func defaultClients() Clients {
	return Clients{
		NameHeaders:    []string{"apollographql-client-name", "graphql-client-name"},
		VersionHeaders: []string{"apollographql-client-version", "graphql-client-version"},
	}
}

// defaultRedact are names of which any part makes a secret likely.
func defaultRedact() []string {
	return []string{"authorization", "cookie", "token", "secret", "password", "api-key", "apikey", "session", "credential", "signature"}
}

// resolve makes the relative paths of c relative to dir.
func (p *PersistedQueries) resolve(dir string) {
	for i, f := range p.LocalManifests {
		if f != "" && !filepath.IsAbs(f) {
			p.LocalManifests[i] = filepath.Join(dir, f)
		}
	}
}

func (v *validation) persisted() {
	p := v.PersistedQueries
	for i, f := range p.LocalManifests {
		if f == "" {
			v.report(fmt.Sprintf("persisted_queries.local_manifests[%d]", i), "names no file")
		}
	}
	if p.Enabled && len(p.LocalManifests) == 0 {
		v.report("persisted_queries.local_manifests", "name at least one file, or set persisted_queries.enabled to false")
	}
	if !p.Enabled && p.LogUnknown {
		v.report("persisted_queries.log_unknown", "has no effect while persisted_queries.enabled is false: every document is unknown")
	}
	if !p.Enabled && p.Safelist.Enabled {
		v.report("persisted_queries.safelist.enabled", "without persisted_queries.enabled there is no list, and nothing would be answered")
	}
	if p.Safelist.RequireID && !p.Safelist.Enabled {
		v.report("persisted_queries.safelist.require_id", "has no effect while persisted_queries.safelist.enabled is false")
	}
}

func (v *validation) clients() {
	for _, l := range []struct {
		path  string
		names []string
	}{
		{"clients.name_headers", v.Clients.NameHeaders},
		{"clients.version_headers", v.Clients.VersionHeaders},
		{"log.request_headers", v.Log.RequestHeaders},
	} {
		for i, name := range l.names {
			if !isToken(name) {
				v.report(fmt.Sprintf("%s[%d]", l.path, i), "%s is not a header name", quote(name))
			}
		}
	}
	for i, name := range v.Log.Redact {
		if len(name) < 3 {
			v.report(fmt.Sprintf("log.redact[%d]", i), "%s is part of too many names; want three letters or more", quote(name))
		}
	}
}
