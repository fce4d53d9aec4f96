-- A declared date_order may be a pattern (monitoring §7.6): %d, %m, %b or %B (English names), %Y or %y, %H %M %S passed
-- over, %% for a percent sign; any blank stands for blanks. The day as YYYYMMDD, or null where the text is none of it.
create function day_by_pattern(said text, pattern text) returns integer language plpgsql immutable parallel safe as $$
declare
  names constant text[] := array['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september',
    'october', 'november', 'december'];
  expression text := '';
  parts text := '';
  at integer := 1;
  sign text;
  found text[];
  y integer;
  m integer;
  d integer;
begin
  while at <= length(pattern) loop
    sign := substr(pattern, at, 1);
    if sign = '%' then
      at := at + 1;
      sign := substr(pattern, at, 1);
      expression := expression || case
        when sign in ('d', 'm') then '([0-9]{1,2})' when sign = 'Y' then '([0-9]{4})' when sign = 'y' then '([0-9]{2})'
        when sign in ('b', 'B') then '([[:alpha:]]{3,9})[.]?' when sign in ('H', 'M', 'S') then '[0-9]{1,2}' else '%' end;
      if sign in ('d', 'm', 'Y', 'y', 'b', 'B') then parts := parts || sign; end if;
    elsif sign ~ '\s' then expression := expression || '\s+';
    else expression := expression || regexp_replace(sign, '([^[:alnum:]])', '[\1]');
      if sign in ('^', '\', ']') then expression := left(expression, -3) || '\' || sign; end if;
    end if;
    at := at + 1;
  end loop;
  found := regexp_match(btrim(said), '^' || expression || '$', 'i');
  if found is null then return null; end if;
  for i in 1 .. length(parts) loop
    case substr(parts, i, 1)
      when 'd' then d := found[i]::integer;
      when 'm' then m := found[i]::integer;
      when 'Y' then y := found[i]::integer;
      -- As POSIX has it: 69 to 99 are of the last century.
      when 'y' then y := found[i]::integer + case when found[i]::integer < 69 then 2000 else 1900 end;
      else
        -- A name, or the first letters of one; more than three only as far as they are the name's.
        select n.at into m from unnest(names) with ordinality n (name, at) where n.name like lower(found[i]) || '%';
    end case;
  end loop;
  if y is null or m is null or d is null or y < 1 or m not between 1 and 12 or d < 1 then return null; end if;
  if d > extract(day from make_date(y, m, 1) + interval '1 month' - interval '1 day') then return null; end if;
  return y * 10000 + m * 100 + d;
end $$;
