import { Button, Group, NumberInput, Stack, Table, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { addBound, type Bound, type Indicator, removeBound } from '../api/indicators.ts';
import { Failure } from '../ui/failure.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { boundColour, inOrder } from './bound-colour.ts';

/** Ranges for the colours of maps and legends; they check nothing. */
export function Bounds({ indicator, isAdmin }: { indicator: Indicator; isAdmin: boolean }) {
  const bounds = inOrder(indicator.bound_json);
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
                <Table.Th aria-label="Actions" />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {bounds.map((bound, index) => (
                <BoundRow
                  key={bound.id}
                  indicatorId={indicator.id}
                  bound={bound}
                  colour={boundColour(bound, index, bounds.length)}
                  isAdmin={isAdmin}
                />
              ))}
            </Table.Tbody>
          </Table>
        )}
        {isAdmin && <AddBound indicatorId={indicator.id} />}
      </Stack>
    </Section>
  );
}

interface BoundRowProps {
  indicatorId: number;
  bound: Bound;
  colour: string;
  isAdmin: boolean;
}

function BoundRow({ indicatorId, bound, colour, isAdmin }: BoundRowProps) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['indicators'] });
  const remove = useMutation({
    mutationFn: () => removeBound(bound.id),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone(`The range ${bound.bound_name} is gone.`, async () => {
        const { bound_name, mn_val, mx_val } = bound;
        await addBound(indicatorId, { bound_name, mn_val, mx_val });
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
      <Table.Td className="numbers">{bound.mn_val ?? 'lowest'}</Table.Td>
      <Table.Td className="numbers">{bound.mx_val ?? 'highest'}</Table.Td>
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

function AddBound({ indicatorId }: { indicatorId: number }) {
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [low, setLow] = useState<number | string>('');
  const [high, setHigh] = useState<number | string>('');
  const add = useMutation({
    mutationFn: () =>
      addBound(indicatorId, {
        bound_name: name,
        mn_val: typeof low === 'number' ? low : null,
        mx_val: typeof high === 'number' ? high : null,
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['indicators'] });
      setName('');
      setLow(high);
      setHigh('');
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      {add.error !== null && <Failure error={add.error} />}
      <Group align="flex-end" gap={8}>
        <TextInput
          label="Range"
          placeholder="bad, ok, good"
          required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          w={150}
        />
        <NumberInput label="From" placeholder="lowest" hideControls value={low} onChange={setLow} w={100} />
        <NumberInput label="To" placeholder="highest" hideControls value={high} onChange={setHigh} w={100} />
        <Button type="submit" variant="default" loading={add.isPending}>
          Add range
        </Button>
      </Group>
    </form>
  );
}
