import Type from 'typebox';
import { literal } from '../../platform/tabular/index.ts';
import { cleaningFunction, columnNamed, type StepColumn } from './step.ts';
import { blanks } from './tidy-text.ts';

export const shapeTable = [
  cleaningFunction<{ columns: Record<string, string> }>({
    name: 'rename',
    version: '1.0.0',
    title: 'Rename columns',
    description: 'Gives columns new names: {"old": "new"}.',
    params: Type.Object(
      { columns: Type.Record(Type.String(), Type.String({ minLength: 1 })) },
      { additionalProperties: false },
    ),
    compile: ({ columns: names }, all) => {
      for (const old of Object.keys(names)) columnNamed(all, old);
      const columns = all.map((column) => ({
        ...column,
        name: Object.hasOwn(names, column.name) ? names[column.name]! : column.name,
      }));
      refuseNames(columns, columns);
      return { columns };
    },
  }),
  cleaningFunction<{ columns: string[] }>({
    name: 'drop',
    version: '1.0.0',
    title: 'Leave columns out',
    description: 'Leaves the named columns out of the table; the original file keeps them.',
    params: columnList(),
    compile: ({ columns }, all) => {
      const gone = new Set(columns.map((name) => columnNamed(all, name).id));
      if (gone.size === all.length) throw new Error('no column would be left');
      return { columns: all.filter(({ id }) => !gone.has(id)) };
    },
  }),
  cleaningFunction<{ columns: string[] }>({
    name: 'select',
    version: '1.0.0',
    title: 'Keep only some columns',
    description: 'Keeps the named columns, in the order given.',
    params: columnList(),
    compile: ({ columns }, all) => ({
      columns: [...new Set(columns)].map((name): StepColumn => columnNamed(all, name)),
    }),
  }),
  cleaningFunction<{ column: string; separator: string; into: string[] }>({
    name: 'split_column',
    version: '1.0.0',
    title: 'Split a column',
    description:
      'Cuts the values of a column at a separator into new columns after it; the last one takes the rest. The column itself stays.',
    params: Type.Object(
      {
        column: Type.String(),
        separator: Type.String({ minLength: 1, maxLength: 100 }),
        into: Type.Array(Type.String({ minLength: 1 }), { minItems: 2, maxItems: 100 }),
      },
      { additionalProperties: false },
    ),
    compile: ({ column, separator, into }, all, index) => {
      const source = columnNamed(all, column);
      const fresh = into.map((name, i) => ({ id: `s${index}_${i}`, name }));
      const at = all.indexOf(source) + 1;
      const columns = [...all.slice(0, at), ...fresh, ...all.slice(at)];
      refuseNames(columns, fresh);
      const parts = `string_split(${source.id}, ${literal(separator)})`;
      const texts = fresh.map(({ id }, i): [string, string] => [
        id,
        i < fresh.length - 1
          ? `trim(${parts}[${i + 1}], ${blanks})`
          : `trim(nullif(array_to_string(${parts}[${i + 1}:], ${literal(separator)}), ''), ${blanks})`,
      ]);
      return { added: new Map(texts), columns };
    },
  }),
  cleaningFunction<{ key?: string[] }>({
    name: 'dedupe',
    version: '1.0.0',
    title: 'Remove repeated rows',
    description:
      'Of rows with the same key (without key: rows equal in every column) only the last stays; removed ones are listed as issues.',
    params: Type.Object(
      { key: Type.Optional(Type.Array(Type.String(), { minItems: 1 })) },
      { additionalProperties: false },
    ),
    compile: ({ key }, all) => ({
      dedupeBy: (key ?? all.map(({ name }) => name)).map((name) => columnNamed(all, name).id),
    }),
  }),
];

function columnList() {
  return Type.Object({ columns: Type.Array(Type.String(), { minItems: 1 }) }, { additionalProperties: false });
}

function refuseNames(columns: StepColumn[], given: StepColumn[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name.toLowerCase())) throw new Error(`two columns would be called '${name}'`);
    seen.add(name.toLowerCase());
  }
  const ours = given.find(({ name }) => name.startsWith('_'));
  if (ours) throw new Error(`'${ours.name}': names that begin with _ are kept for lineage`);
}
