import { expect, test } from 'vitest';
import { shareLookups } from '../../src/accounts/sessions/share-lookups.ts';

test('who comes while a lookup is under way shares the next one, which begins after they came', async () => {
  const share = shareLookups<number>();
  const begun: { key: string; done: (value: number) => void }[] = [];
  const look = (key: string) => share(key, () => new Promise((done) => begun.push({ key, done })));

  const first = look('a');
  const [second, third] = [look('a'), look('a')];
  const other = look('b');
  expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);

  begun[0]!.done(1);
  expect(await first).toBe(1);
  await expect.poll(() => begun.length).toBe(3);
  const late = look('a');
  begun[2]!.done(2);
  expect(await Promise.all([second, third])).toEqual([2, 2]);
  await expect.poll(() => begun.length).toBe(4);
  begun[3]!.done(3);
  begun[1]!.done(9);
  expect([await late, await other]).toEqual([3, 9]);
});

test('a lookup that fails fails for those that share it, and the next one is tried', async () => {
  const share = shareLookups<number>();
  let n = 0;
  const look = () =>
    share('a', async () => {
      n += 1;
      if (n === 1) throw new Error('gone');
      return n;
    });
  const [first, second] = [look(), look()];
  await expect(first).rejects.toThrow('gone');
  expect([await second, await look(), n]).toEqual([2, 3, 3]);
});
