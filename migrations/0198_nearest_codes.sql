-- Codes of places are asked for by likeness as names are (0192): the nearest first.
create index location_code_fold_idx on location using gist (folded(location_code) gist_trgm_ops(siglen = 64));
