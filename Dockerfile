# docker build -t restage . && docker run restage
# PyPI's torch brings CUDA's libraries, several GB; an index of builds without them can be given by
# --build-arg PIP_EXTRA_INDEX_URL=<address>. The results stay in the container: docker cp, or a volume.
FROM python:3.11-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home restage && install --directory --owner restage /restage
USER restage
WORKDIR /restage

FROM base
ARG PIP_EXTRA_INDEX_URL
COPY --chown=restage Makefile ./
COPY --chown=restage requirements requirements
RUN make setup && rm -rf ~/.cache/pip
COPY --chown=restage . .
CMD ["make", "repro"]
