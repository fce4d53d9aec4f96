import { keyOf, type TableField } from '../api/table-schema.ts';
import type { OnError, Preview, Step, UploadOptions } from '../api/uploads.ts';

/** What a reviewer may change, and how it is asked for. */
export interface ReviewForm {
  fields: TableField[];
  key: string[];
  missingValues: string[];
  steps: Step[];
  onError: OnError;
  toOptions(): UploadOptions;
}

export function reviewOf(preview: Preview): ReviewForm {
  const { schema } = preview;
  return {
    fields: schema.fields,
    key: preview.options.key.length > 0 ? preview.options.key : keyOf(schema),
    missingValues: schema.missingValues ?? [''],
    steps: preview.recipe,
    onError: preview.options.on_error,
    toOptions() {
      const fields = this.fields.map(({ confidence: _, offered: __, ...field }) => field);
      return {
        on_error: this.onError,
        recipe: renamed(this.steps, schema.fields, this.fields),
        key: this.key,
        schema: {
          ...schema,
          fields,
          missingValues: this.missingValues,
          ...(this.key.length === 0 ? { primaryKey: [] } : { primaryKey: this.key }),
        },
      };
    },
  };
}

export const sameReview = (a: ReviewForm, b: ReviewForm): boolean =>
  JSON.stringify(a.toOptions()) === JSON.stringify(b.toOptions());

/** A new name is a step like any other: it comes after those there are, and the next file gets it too. */
function renamed(steps: Step[], before: TableField[], after: TableField[]): Step[] {
  const names = after.flatMap((field, index) => {
    const old = before[index]?.name;
    return old === undefined || old === field.name || field.name.trim() === '' ? [] : [[old, field.name]];
  });
  return names.length === 0
    ? steps
    : [...steps, { function: 'rename', params: { columns: Object.fromEntries(names) } }];
}
