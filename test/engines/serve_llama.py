"""Serves a model with llama.cpp's own HTTP server: serve_llama.py PORT MODEL.gguf PROJECTOR.gguf CONTEXT [TEMPLATE.jinja]"""
import pathlib
import sys
import time

import xllamacpp

port, model, projector, context, *template = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = model
params.mmproj.path = projector
params.mmproj_use_gpu = False
params.port = int(port)
params.n_ctx = int(context)
params.n_parallel = 1
params.use_jinja = True
if template:
    params.chat_template = pathlib.Path(template[0]).read_text()
params.fit_params = False
params.warmup = False
params.ctx_shift = False
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
server = xllamacpp.Server(params)
print(f"ready at {server.listening_address}", flush=True)
while True:
    time.sleep(3600)
