import { describe, expect, test } from 'vitest';
import { inTurn, type ShareSize, takeTurns } from '../../src/runs/pure/take-turns.ts';

const places = { all: 3, perOwner: 2, forSmall: 1, large: 1 };
const run = (id: string, owner = id[0]!, size: ShareSize = 'small', lastTurn: number | null = null) => ({
  id,
  owner,
  size,
  lastTurn,
});
const ids = (runs: { id: string }[]) => runs.map(({ id }) => id);

describe('the order', () => {
  test('of one owner: of arrival', () => {
    expect(ids(inTurn([run('a1'), run('a2'), run('a3')], []))).toEqual(['a1', 'a2', 'a3']);
  });
  test('owners take turns, however many one has sent before', () => {
    const waiting = [run('a1'), run('a2'), run('a3'), run('b1'), run('c1'), run('b2')];
    expect(ids(inTurn(waiting, []))).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });
  test('who has fewer at work comes first', () => {
    const working = [{ owner: 'a', size: 'small' as const }];
    expect(ids(inTurn([run('a1'), run('a2'), run('b1'), run('b2')], working))).toEqual(['b1', 'a1', 'b2', 'a2']);
  });
  test('then whose turn is longest ago, and before them who never had one', () => {
    const waiting = [run('a1', 'a', 'small', 30), run('b1', 'b', 'small', 20), run('c1', 'c', 'small', null)];
    expect(ids(inTurn(waiting, []))).toEqual(['c1', 'b1', 'a1']);
  });
});

describe('who gets a place', () => {
  test('as many as there are places, and no more of one owner than it may have', () => {
    expect(ids(takeTurns([run('a1'), run('a2'), run('a3'), run('b1'), run('c1')], [], places))).toEqual([
      'a1',
      'b1',
      'c1',
    ]);
    expect(ids(takeTurns([run('a1'), run('a2'), run('a3')], [], places))).toEqual(['a1', 'a2']);
  });
  test('nobody where all are taken', () => {
    const working = ['a', 'b', 'c'].map((owner) => ({ owner, size: 'small' as const }));
    expect(takeTurns([run('d1')], working, places)).toEqual([]);
  });
  test('the place of small ones is kept from others, and a small one passes them', () => {
    const waiting = [run('a1', 'a', 'medium'), run('b1', 'b', 'medium'), run('c1', 'c', 'medium'), run('d1')];
    expect(ids(takeTurns(waiting, [], places))).toEqual(['a1', 'b1', 'd1']);
  });
  test('small ones may have the places of others too', () => {
    expect(ids(takeTurns([run('a1'), run('b1'), run('c1')], [], places)).length).toBe(3);
  });
  test('one large at a time', () => {
    const waiting = [run('a1', 'a', 'large'), run('b1', 'b', 'large'), run('c1', 'c', 'medium')];
    expect(ids(takeTurns(waiting, [], places))).toEqual(['a1', 'c1']);
  });
  test('with one place for all, everybody gets it sooner or later', () => {
    const one = { all: 1, perOwner: 1, forSmall: 1, large: 1 };
    expect(ids(takeTurns([run('a1', 'a', 'large')], [], one))).toEqual(['a1']);
    expect(ids(takeTurns([run('a1', 'a', 'medium'), run('b1')], [], one))).toEqual(['a1']);
  });
});
