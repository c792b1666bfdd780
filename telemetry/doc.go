// Package telemetry makes the logger by which weft tells what it does.
//
// Logs are data: constant lower-case messages with typed fields, one line each.
// What clients and subgraphs send stays out of them, but for names cut short.
package telemetry
