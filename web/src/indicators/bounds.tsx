import { Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { addBound, type Bound, type Indicator, removeBound, turnBound } from '../api/indicators.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { valueText } from '../ui/value-text.ts';
import { directionOf, goodSide, inOrder, rangeColours } from './bound-colour.ts';

/** Ranges for the colours of maps and legends; they check nothing. */
export function Bounds({ indicator, isAdmin }: { indicator: Indicator; isAdmin: boolean }) {
  const bounds = inOrder(indicator.bound_json);
  const colours = rangeColours(bounds, indicator);
  return (
    <Section title="Ranges" about="Colours of maps and legends follow them. They check nothing.">
      <Stack gap="sm">
        {bounds.length === 0 ? (
          <Text c="dimmed" fz="sm">
            None: maps shade from the lowest to the highest value.
          </Text>
        ) : (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>From</Table.Th>
                <Table.Th>To</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {bounds.map((bound, index) => (
                <BoundRow
                  key={bound.id}
                  indicator={indicator}
                  bound={bound}
                  colour={colours[index]!}
                  isAdmin={isAdmin}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
        <GoodSide indicator={indicator} isAdmin={isAdmin} />
        {isAdmin && <AddBound indicator={indicator} />}
      </Stack>
    </Section>
  );
}

const sides = [
  { value: '0', label: 'what the names of the ranges say' },
  { value: '1', label: 'high ones: more is better' },
  { value: '-1', label: 'low ones: less is better' },
];

/** From red to green, or the other way round: of all ranges together. */
function GoodSide({ indicator, isAdmin }: { indicator: Indicator; isAdmin: boolean }) {
  const queries = useQueryClient();
  const turn = useMutation({
    mutationFn: (direction: number) => Promise.all(indicator.bound_json.map(({ id }) => turnBound(id, direction))),
    onError: toastProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ['indicators'] }),
  });
  if (goodSide(indicator) !== undefined) {
    const [good, bad] = [indicator.good_bound, indicator.bad_bound].map((bound) => valueText(bound, indicator));
    return (
      <Text c="dimmed" fz="sm">
        The colours follow its bounds: {good} is good, {bad} is bad.
      </Text>
    );
  }
  if (!isAdmin || indicator.bound_json.length === 0) return null;
  return (
    <Select
      label="Good values are"
      description="They are green, the others red; where no name says good or bad, all are blue."
      allowDeselect={false}
      disabled={turn.isPending}
      data={sides}
      value={String(directionOf(indicator.bound_json))}
      onChange={(next) => next !== null && turn.mutate(Number(next))}
      maw={320}
    />
  );
}

interface BoundRowProps {
  indicator: Indicator;
  bound: Bound;
  colour: string;
  isAdmin: boolean;
}

function BoundRow({ indicator, bound, colour, isAdmin }: BoundRowProps) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['indicators'] });
  const remove = useMutation({
    mutationFn: () => removeBound(bound.id),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone(`The range ${bound.bound_name} is gone.`, async () => {
        const { bound_name, mn_val, mx_val, direction } = bound;
        await addBound(indicator.id, { bound_name, mn_val, mx_val, direction });
        await refresh();
      });
    },
  });
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap={8} wrap="nowrap">
          <span className="swatch" style={{ background: colour }} aria-hidden />
          {bound.bound_name || '–'}
        </Group>
      </Table.Td>
      <Table.Td className="numbers">{bound.mn_val === null ? 'lowest' : valueText(bound.mn_val, indicator)}</Table.Td>
      <Table.Td className="numbers">{bound.mx_val === null ? 'highest' : valueText(bound.mx_val, indicator)}</Table.Td>
      <Table.Td ta="end">
        {isAdmin && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Remove<span className="visually-hidden">{` ${bound.bound_name}`}</span>
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function AddBound({ indicator }: { indicator: Indicator }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [low, setLow] = useState<number | null>(null);
  const [high, setHigh] = useState<number | null>(null);
  const isPercent = indicator.data_format === 'pct';
  const unit = isPercent ? '%' : indicator.unit;
  const isBackwards = low !== null && high !== null && low > high;
  const add = useMutation({
    mutationFn: () =>
      addBound(indicator.id, {
        bound_name: name,
        mn_val: low,
        mx_val: high,
        direction: directionOf(indicator.bound_json),
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['indicators'] });
      setName('');
      setLow(high);
      setHigh(null);
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBackwards) add.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      {add.error !== null && <Failure error={add.error} />}
      <Group align="flex-start" gap={8}>
        <TextInput
          label="Range"
          placeholder="bad, ok, good"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          w={150}
        />
        <NumberField
          label={unit ? `From, in ${unit}` : 'From'}
          placeholder="lowest"
          value={low}
          onChange={setLow}
          isPercent={isPercent}
          w={120}
        />
        <NumberField
          label={unit ? `To, in ${unit}` : 'To'}
          placeholder="highest"
          value={high}
          onChange={setHigh}
          error={isBackwards ? 'Not below From' : undefined}
          isPercent={isPercent}
          w={120}
        />
        <Button type="submit" variant="default" mt={22} loading={add.isPending} disabled={isBackwards}>
          Add range
        </Button>
      </Group>
    </form>
  );
}
