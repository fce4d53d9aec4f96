import Type from 'typebox';
import { processor } from './processor.ts';
import { type ResourceSelector, resourceSelector } from './select-resources.ts';
import { column, from } from './step-work.ts';

const maxCell = 100;
const maxColumns = 50;

export const printer = processor<{ resources?: ResourceSelector }>({
  name: 'printer',
  version: '1.0.0',
  title: 'Log some rows',
  description: 'Writes the first 10 rows to the log. Cells are cut at 100 characters, tables at 50 fields.',
  params: Type.Object({ resources: resourceSelector }),
  async run(params, work) {
    for (const relation of work.selected(params.resources)) {
      const fields = relation.fields.slice(0, maxColumns);
      const cells = fields.map((_, i) => `left(${column(i)}, ${maxCell + 1}) as ${column(i)}`);
      const rows = await work.tabular.rows(`select ${cells.join(', ')} from ${from(relation)} order by _ord limit 10`);
      const more = relation.fields.length - fields.length;
      work.log(
        `${relation.resource}: ${fields.map(({ name }) => name).join(' | ')}${more > 0 ? ` | … ${more} more` : ''}`,
      );
      for (const row of rows) work.log(fields.map((_, i) => shown(row[column(i)])).join(' | '));
    }
  },
});

function shown(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  const text = String(cell).replace(/[\r\n]+/g, ' ');
  return text.length > maxCell ? `${text.slice(0, maxCell)}…` : text;
}
