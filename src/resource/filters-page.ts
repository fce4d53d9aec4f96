import { type FieldType, fieldTypes } from './pure/field-types.ts';
import { type Lookup, lookups } from './pure/lookups.ts';
import { reservedParameters } from './pure/parse-list.ts';
import { formats, maxRows } from './pure/query.ts';

/** docs/filters.md, made from the same table that parser, SQL, `/schema` and OpenAPI read. */
export function filtersPage(): string {
  return `# Filters, order and pages

Made from \`src/resource/pure/lookups.ts\` by \`npm run docs\`; a test compares. It holds for every list below \`/api/v1/\`.

A query parameter is \`field=value\`, \`field__lookup=value\` or \`relation__field__lookup=value\` (declared relations, at
most three joins). All of them must be met. What a resource allows stands in its \`/schema/\` under \`filtering\`. Unknown
names, lookups and values of the wrong type are refused with 400 and, where one is near, the name that was probably
meant as \`hint\`; so is the same parameter given twice.

## Lookups

| lookup | types | value | meaning |
| ------ | ----- | ----- | ------- |
${Object.entries(lookups).map(row).join('\n')}

\`year\`, \`month\` and \`day\` may be followed by \`exact\`, \`gt\`, \`gte\`, \`lt\` or \`lte\`: \`start_date__year__gte=2015\`.

## Values

| type | written as |
| ---- | ---------- |
${Object.entries(fieldTypes)
  .filter(([name]) => !['list', 'dict', 'json', 'scalar'].includes(name))
  .map(([name, { noun }]) => `| ${name} | ${noun} |`)
  .join('\n')}

An instant without a zone is UTC, a bare day its first moment. JSON fields (list, dict, json) filter by \`isnull\` only.

## Negation

\`field__not=v\`, \`field__not__lookup=v\` and \`exclude__field__lookup=v\` say the same. Rows where the field has no value
are kept by a negation.

## Relations

A foreign key filters by its column (\`campaign_type_id=5\`) or its relation (\`campaign_type=5\`), and by the fields of the
row it leads to (\`campaign_type__name=Routine\`). A related row the caller may not see has no values here.

## Order and pages

| parameter | meaning |
| --------- | ------- |
| \`order_by\` | \`a,-b,relation__c\`; nulls last in both directions; the key always ends the order |
| \`limit\` | absent or 0: everything up to ${maxRows.toLocaleString('en')} rows, then \`next\`; streams give everything |
| \`offset\` | rows to skip |
| \`cursor\` | from \`next\` and \`previous\`; holds its filter and order; costs the same at any depth |
| \`count\` | \`exact\`, \`estimated\`, \`none\`; unasked, exact below 100,000 rows and estimated above |
| \`fields\` | \`id,name,relation__field\` |
| \`format\` | ${formats.map((format) => `\`${format}\``).join(', ')}, where the resource offers it; before \`Accept\` |

CSV also takes \`bom\`, \`delimiter\` (\`, ; | :\` or \`tab\`), \`decimal\` (\`.\` or \`,\`), \`null\` and \`safe_cells\`.
Reserved names: ${reservedParameters.map((name) => `\`${name}\``).join(', ')}.

## The data envelope

Resources that answer \`{"data":[…]}\` take \`page\` and \`per_page\` (1 to 100, default 20), \`sort=field desc,other\` or
\`sort=-field\`, and \`filter=\`: \`field op value\` with \`=\`, \`!=\`, \`>\`, \`<\`, \`>=\`, \`<=\`, \`like\` (\`%\` stands for
anything) or \`not like\`; a comma is AND, \`(a OR b)\`; quotes are optional; text compares without regard to case.
`;
}

function row([name, lookup]: [string, Lookup]): string {
  const cells = [`\`${name}\``, typesText(lookup.types), lookup.value, lookup.about];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typesText(types: readonly FieldType[]): string {
  return types.length === Object.keys(fieldTypes).length ? 'all' : types.join(', ');
}
