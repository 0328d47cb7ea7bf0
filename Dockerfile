# docker build -t tamis . && docker run -p 8080:8080 -v tamis:/var/lib/tamis tamis
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
# ca-certificates: for rediss:// and other TLS that an operator configures.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /var/lib/tamis --create-home tamis
COPY --from=build /src/target/release/tamis /usr/local/bin/tamis
USER tamis
WORKDIR /var/lib/tamis
VOLUME /var/lib/tamis
ENV TAMIS_SERVER__LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s CMD ["tamis", "health"]
ENTRYPOINT ["tamis"]
CMD ["serve"]
