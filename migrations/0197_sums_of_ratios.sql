-- Sums of ratios and differences come from their parts at each place. They had no value, or one that was added up over places:
-- these are worked out again, of every period.
do $$ begin
  insert into aggregate_request (kind, indicator_id)
  with recursive quotient as (
    select indicator_id as id from indicator_calculation group by indicator_id
    having bool_or(calculation in ('WHOLE_OF_DIFFERENCE', 'PART_OF_DIFFERENCE', 'NUMERATOR', 'DENOMINATOR'))
  ), whole (id) as (
    select k.indicator_id from indicator_calculation k join quotient q on q.id = k.indicator_component_id
    where k.calculation = 'PART_TO_BE_SUMMED'
    union
    select k.indicator_id from indicator_calculation k join whole w on w.id = k.indicator_component_id
    where k.calculation = 'PART_TO_BE_SUMMED'
  )
  select i.resource_name, i.id from whole w join indicator i using (id);
  if found then
    perform graphile_worker.add_job('refresh-aggregates', '{}'::json, job_key => 'refresh-aggregates', max_attempts => 25);
  end if;
end $$;
