-- Equal after case, accents, punctuation and blanks are taken away: also letters that decomposition takes no accent
-- from, and apostrophes that count as letters.
-- Codes and aliases are looked up by it as names are.

drop index location_folded_idx;
drop index location_folded_name_idx;

create or replace function folded(name text) returns text language sql immutable parallel safe as $$
  select btrim(regexp_replace(regexp_replace(
    replace(replace(replace(replace(
      translate(lower(normalize(name, NFKD)), 'łŁøØđĐðÐħĦıŧŦŋŊɓƁɖƉɗƊɛƐəƏƒƑɣƔƙƘɔƆʋƲƴƳʼʻʾʿ', 'llooddddhhittnnbbddddeeeeffggkkoovvyy    '),
      'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
    '[\u0300-\u036f]', '', 'g'), '[^[:alnum:]]+', ' ', 'g'))
$$;
-- As one word: `ISO-1` is `ISO1`, `N'Djamena` is `NDjamena`. Bound to the function above, as indexes are built without a search path.
create function folded_key(name text) returns text language sql immutable parallel safe
  return replace(folded(name), ' ', '');
create function folded_keys(names jsonb) returns text[] language sql immutable parallel safe
  return array(select folded_key(name) from jsonb_array_elements_text(names) name);

create index location_folded_idx on location using gin (folded(name) gin_trgm_ops);
create index location_name_key_idx on location (folded_key(name));
create index location_code_key_idx on location (folded_key(location_code));
-- Its pending list would be read again for each code.
create index location_alias_keys_idx on location using gin (folded_keys(aliases)) with (fastupdate = off) where aliases <> '[]';
-- Spreadsheets take a number's leading zeros away.
create index location_padded_code_idx on location (ltrim(location_code, '0')) where location_code ~ '^0[0-9]+$';

-- Of codes with more than one object of equal name nobody but a person decides; those suggested before are told by what was kept.
update source_object_map set suggestions = jsonb_set(suggestions, '{0,is_ambiguous}', 'true')
where suggestions->0->>'reason' in ('name', 'alias', 'folded') and suggestions->1->>'reason' in ('name', 'alias', 'folded')
  or (suggestions->0->>'score')::numeric <= (suggestions->1->>'score')::numeric;
