/** What the server calls things, as people do: one, and many. */
const names: Record<string, [one: string, many: string]> = {
  source_doc: ['document', 'documents'],
  location: ['place', 'places'],
  location_type: ['type of place', 'types of places'],
  location_responsibility: ['responsibility', 'responsibilities'],
  indicator_calculation: ['formula', 'formulas'],
  indicator_bound: ['range', 'ranges'],
  indicator_to_tag: ['tag', 'tags'],
  datapoint: ['value', 'values'],
  doc_datapoint: ['value of documents', 'values of documents'],
  source_object_map: ['code of documents', 'codes of documents'],
  custom_dashboard: ['dashboard', 'dashboards'],
  custom_chart: ['chart', 'charts'],
  geo: ['shape', 'shapes'],
  location_polygon: ['shape as a row', 'shapes as rows'],
  location_tree: ['place with one above it', 'places with those above them'],
  user_group: ['member of a group', 'members of groups'],
  audit: ['entry of the audit log', 'audit log'],
  all_meta: ['everything at once', 'everything at once'],
};
const fields: Record<string, string> = {
  location_code: 'code',
  doc_title: 'title',
  tag_name: 'name',
  location_id: 'place',
  parent_location_id: 'place above',
  campaign_type_id: 'type',
  data_date: 'day',
};

const plain = (name: string) => name.replace(/_id$/, '').replaceAll('_', ' ');
/** What a resource is called: one of it, and many. */
export const nameOf = (resource: string): [one: string, many: string] =>
  names[resource] ?? [plain(resource), plain(resource).replace(/y$/, 'ie').concat('s')];
const fieldOf = (field: string) => fields[field] ?? plain(field);
const numbers = new Intl.NumberFormat('en');
const together = new Intl.ListFormat('en');

/** Refusals whose own words name tables and columns, in words of people; undefined where the server's own will do. */
export function problemWords(code: string, detail: string, usedBy?: Record<string, number>): string | undefined {
  if (code === 'still_referred_to' && usedBy !== undefined) return usedWords(usedBy);
  if (code === 'duplicate') return duplicateWords(detail);
  const [, resource] = /^No (\w+) object found for id : /.exec(detail) ?? [];
  return resource === undefined ? undefined : `There is no such ${nameOf(resource)[0]}, or it is not yours to see.`;
}

/** Values of documents are among the values. */
function usedWords(usedBy: Record<string, number>): string {
  const uses = Object.entries(usedBy).filter(([name]) => name !== 'doc_datapoint' || usedBy.datapoint === undefined);
  const said = uses.map(([name, count]) => `${numbers.format(count)} ${nameOf(name)[count === 1 ? 0 : 1]}`);
  return `It is used by ${together.format(said)}.`;
}

function duplicateWords(detail: string): string | undefined {
  const [, keys] = /^key: "(.*)" with value: ".*" already exists$/s.exec(detail) ?? [];
  if (keys === undefined) return undefined;
  return `There is one with this ${together.format(keys.split(', ').map(fieldOf))} already.`;
}
