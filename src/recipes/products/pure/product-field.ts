import type { Field } from '../../pure/table-schema.ts';

/** The field as products have it: formats become the output form (contract flows §6.2). */
export function productField(field: Field): Field {
  const {
    format: _format,
    trueValues: _true,
    falseValues: _false,
    bareNumber: _bare,
    groupChar: _group,
    decimalChar: _mark,
    missingValues: _missing,
    confidence: _confidence,
    offered: _offered,
    trim: _trim,
    ...rest
  } = field;
  switch (field.type) {
    case 'date':
      return { ...rest, format: '%Y-%m-%d' };
    case 'time':
      return { ...rest, format: '%H:%M:%S' };
    case 'datetime':
      return { ...rest, format: '%Y-%m-%d %H:%M:%S' };
    case 'number':
      return { ...rest, decimalChar: '.', groupChar: '' };
    case 'string':
      return field.format === undefined ? rest : { ...rest, format: field.format };
    default:
      return rest;
  }
}
