import { Badge, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type Explained,
  explainQuery,
  giveResponsibility,
  type Place,
  type PlaceRight,
  type Responsibility,
  responsibilitiesQuery,
  takeResponsibility,
} from '../api/places.ts';
import { fieldError, Problem } from '../api/problem.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { Waiting } from '../ui/loaded.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';

const rights: { value: PlaceRight; label: string }[] = [
  { value: 'view', label: 'see its values' },
  { value: 'capture', label: 'see and enter values' },
  { value: 'manage', label: 'look after it' },
];
const words = Object.fromEntries(rights.map(({ value, label }) => [value, label])) as Record<PlaceRight, string>;

const nobody = 'Nobody here has this address.';
const isNobody = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'reference_not_found' && fieldError(error, 'user_id') !== undefined;

/** Who is responsible for the place, and why somebody may see it or not. */
export function PlacePeople({ place, mayManage }: { place: Place; mayManage: boolean }) {
  return (
    <>
      {mayManage && <Responsible place={place} />}
      <Why place={place} mayManage={mayManage} />
    </>
  );
}

function Responsible({ place }: { place: Place }) {
  const queries = useQueryClient();
  const list = useQuery(responsibilitiesQuery(place.id));
  const [user, setUser] = useState('');
  const [right, setRight] = useState<PlaceRight>('view');
  const refresh = () => queries.invalidateQueries({ queryKey: ['places'] });
  const give = useMutation({
    mutationFn: () => giveResponsibility(place.id, user.trim(), right),
    onSuccess: async ({ id }) => {
      await refresh();
      toastDone(`${user.trim()} may ${words[right]} here and below.`, async () => {
        await takeResponsibility(id);
        await refresh();
      });
      setUser('');
    },
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    give.mutate();
  };
  return (
    <Section
      title="Responsible for it"
      about="Whoever is named here has the right for this place and everything below."
    >
      <Stack gap="sm">
        {(list.data?.objects.length ?? 0) > 0 && <People place={place} people={list.data!.objects} />}
        {give.error !== null && !isNobody(give.error) && <Failure error={give.error} />}
        <form onSubmit={onSubmit}>
          <Group align="flex-start" gap={8}>
            <TextInput
              label="Person's e-mail"
              type="email"
              placeholder="name@example.org"
              required
              value={user}
              onChange={(event) => {
                setUser(event.currentTarget.value);
                give.reset();
              }}
              error={isNobody(give.error) ? nobody : undefined}
              flex={1}
              miw={200}
            />
            <Select
              label="May"
              w={180}
              allowDeselect={false}
              data={rights}
              value={right}
              onChange={(next) => next !== null && setRight(next as PlaceRight)}
            />
            <Button type="submit" loading={give.isPending} mt={22}>
              Give
            </Button>
          </Group>
        </form>
      </Stack>
    </Section>
  );
}

function People({ place, people }: { place: Place; people: Responsibility[] }) {
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Person</Table.Th>
          <Table.Th>May</Table.Th>
          <Table.Th>
            <span className="visually-hidden">Actions</span>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {people.map((one) => (
          <PersonRow key={one.id} place={place} one={one} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function PersonRow({ place, one }: { place: Place; one: Responsibility }) {
  const queries = useQueryClient();
  const who = useQuery(explainQuery(place.id, String(one.user_id))).data;
  const name = who?.username ?? `person ${one.user_id}`;
  const refresh = () => queries.invalidateQueries({ queryKey: ['places'] });
  const take = useMutation({
    mutationFn: () => takeResponsibility(one.id),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone(`${name} is no longer responsible for ${place.name}.`, async () => {
        await giveResponsibility(place.id, String(one.user_id), one.right);
        await refresh();
      });
    },
  });
  return (
    <Table.Tr>
      <Table.Td fw={540}>{name}</Table.Td>
      <Table.Td>{words[one.right]}</Table.Td>
      <Table.Td ta="end">
        <Button size="compact-sm" variant="subtle" color="red" loading={take.isPending} onClick={() => take.mutate()}>
          Take away<span className="visually-hidden">{` from ${name}`}</span>
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function Why({ place, mayManage }: { place: Place; mayManage: boolean }) {
  const [typed, setTyped] = useState('');
  const [asked, setAsked] = useState<string>();
  const answer = useQuery(explainQuery(place.id, asked));
  return (
    <Section
      title="Why can, or can't, somebody see this?"
      about="What the permission check itself says, and its reason."
    >
      <Stack gap="sm">
        {mayManage && (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              setAsked(typed.trim() === '' ? undefined : typed.trim());
            }}
          >
            <Group align="flex-start" gap={8}>
              <TextInput
                label="E-mail of the person"
                placeholder="Empty: yourself"
                type="email"
                value={typed}
                onChange={(event) => setTyped(event.currentTarget.value)}
                error={isNobody(answer.error) ? nobody : undefined}
                flex={1}
                miw={200}
              />
              <Button type="submit" variant="default" loading={answer.isFetching} mt={22}>
                Explain
              </Button>
            </Group>
          </form>
        )}
        {isNobody(answer.error) ? null : answer.error !== null ? (
          <Failure error={answer.error} />
        ) : answer.data === undefined ? (
          <Waiting lines={2} />
        ) : (
          <Reasons explained={answer.data} />
        )}
      </Stack>
    </Section>
  );
}

const questions = [
  ['view', 'See it'],
  ['capture', 'Enter values'],
  ['manage', 'Look after it'],
] as const;

function Reasons({ explained }: { explained: Explained }) {
  return (
    <div aria-live="polite">
      <Text fz="sm" mb={6}>
        <strong>{explained.username}</strong>, role {explained.role}
      </Text>
      <Stack gap={6}>
        {questions.map(([right, label]) => (
          <Group key={right} gap={10} wrap="nowrap" align="flex-start">
            <Badge color={explained[right].granted ? 'leaf' : 'red'} w={118} style={{ flexShrink: 0 }}>
              {label}: {explained[right].granted ? 'yes' : 'no'}
            </Badge>
            <Text fz="sm">{explained[right].reason}</Text>
          </Group>
        ))}
      </Stack>
    </div>
  );
}
