import { keyOf, type TableField } from '../api/table-schema.ts';
import type { OnError, Preview, Step, Upload, UploadOptions } from '../api/uploads.ts';

/** What a reviewer may change, and how it is asked for. */
export interface ReviewForm {
  fields: TableField[];
  key: string[];
  missingValues: string[];
  steps: Step[];
  onError: OnError;
  toOptions(): UploadOptions;
}

export function reviewOf(upload: Upload, preview: Preview): ReviewForm {
  const { schema } = preview;
  return {
    fields: schema.fields,
    key: upload.options.key ?? keyOf(schema),
    missingValues: schema.missingValues ?? [''],
    steps: upload.options.recipe ?? [],
    onError: upload.options.on_error ?? 'reject',
    toOptions() {
      const fields = this.fields.map(({ confidence: _, offered: __, ...field }) => field);
      return {
        on_error: this.onError,
        recipe: this.steps,
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
