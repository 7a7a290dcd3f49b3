# The study, its codecs and what trains them. `docker build --build-arg PIP_EXTRA_INDEX_URL=...` takes PyTorch
# from another index, such as that of its builds without CUDA.
FROM python:3.11-slim-bookworm

# The first line is what packages of measures are compiled with; the second the codecs of the bench.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ libsndfile1 git \
       opus-tools speex codec2 libvo-amrwbenc0 libopencore-amrwb0 libopencore-amrnb0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /project
ARG PIP_EXTRA_INDEX_URL
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src src
RUN pip install --no-cache-dir --disable-pip-version-check -c constraints.txt -e '.[study,bench,dask,s3]'
COPY conf conf
COPY data/01_raw/demo_corpus data/01_raw/demo_corpus

# Neither Kedro nor MLflow may report on users.
ENV DO_NOT_TRACK=true
ENTRYPOINT ["gan-audio-compression"]
CMD ["--help"]
