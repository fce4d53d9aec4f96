-- The order of the list of runs: without it each page sorts all runs there are.
create index run_queued_at_idx on run (queued_at desc, id);
