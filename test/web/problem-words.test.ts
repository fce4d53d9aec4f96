import { expect, test } from 'vitest';
import { fieldError, problemOf } from '../../web/src/api/problem.ts';

const said = (status: number, body: object) => problemOf(status, JSON.stringify(body), null);

test.each([
  [
    409,
    {
      code: 'still_referred_to',
      detail: 'indicator 1 is used by indicator_calculation (2), datapoint (6174), doc_datapoint (49)',
      used_by: { indicator_calculation: 2, datapoint: 6174, doc_datapoint: 49 },
    },
    'It is used by 2 formulas and 6,174 values.',
  ],
  [
    409,
    { code: 'duplicate', detail: 'key: "short_name" with value: "seen" already exists' },
    'There is one with this short name already.',
  ],
  [
    409,
    { code: 'duplicate', detail: 'key: "campaign_type_id, start_date" with value: "1, 2026-03-02" already exists' },
    'There is one with this type and start date already.',
  ],
  [
    404,
    { code: 'not_found', detail: 'No source_doc object found for id : 2' },
    'There is no such document, or it is not yours to see.',
  ],
  [404, { code: 'not_found', detail: 'Nothing there.' }, 'Nothing there.'],
])('%i %o is said in words of people', (status, body, words) => {
  expect(said(status, body).message).toBe(words);
});

test('what a field repeats of the refusal is short', () => {
  const message = 'key: "short_name" with value: "seen" already exists';
  const problem = said(409, {
    code: 'duplicate',
    detail: message,
    errors: [{ pointer: '/short_name', code: 'duplicate', message }],
  });
  expect(fieldError(problem, 'short_name')).toBe('taken already');
});
