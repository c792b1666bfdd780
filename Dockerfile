# One image for the router and the mock subgraphs: a static binary, no shell,
# no root.
#
#   docker build -t weft .
#   docker run -p 4000:4000 weft demo --listen 0.0.0.0:4000

FROM golang:1.26 AS build
ENV CGO_ENABLED=0 GOTOOLCHAIN=local
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -trimpath -ldflags="-s -w" -o /weft ./cmd/weft

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /weft /weft
COPY config.yaml /etc/weft/config.yaml
USER 65532:65532
EXPOSE 4000
ENTRYPOINT ["/weft"]
CMD ["serve", "-c", "/etc/weft/config.yaml"]
