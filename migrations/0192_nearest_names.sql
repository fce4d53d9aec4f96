-- Suggestions ask for the few names most like a code. Where all names share a word ("health centre", "dispensary") the
-- inverted index reads nearly every one of them for each code (100,000 names: 0.2 to 0.6 s a code), a tree of signatures
-- finds the nearest first (0.025 s).
drop index location_folded_idx;
create index location_folded_idx on location using gist (folded(name) gist_trgm_ops(siglen = 64));
