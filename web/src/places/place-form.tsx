import { Button, Group, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { changeFields, rebased, undoFields } from '../api/change-fields.ts';
import {
  createPlace,
  createPlaceType,
  type Place,
  type PlaceFields,
  placePath,
  placeTypesQuery,
} from '../api/places.ts';
import { fieldError } from '../api/problem.ts';
import { useMutation } from '../api/use-mutation.ts';
import { FormFailure } from '../ui/form-failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { NumberField } from '../ui/number-field.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';
import { toastDone } from '../ui/toast.tsx';

interface PlaceFormProps {
  opened: boolean;
  close: () => void;
  /** Given: this one is changed; else a new one is made. */
  place?: Place;
  parent?: number | undefined;
  /** What a new one begins with. */
  initial?: Partial<PlaceFields>;
  /** What comes after a new one; else its page is opened. */
  onCreated?: (id: number) => void;
}

export function PlaceForm({ opened, ...props }: PlaceFormProps) {
  const title = props.place === undefined ? 'New place' : `Change ${props.place.name}`;
  return (
    <FormModal opened={opened} onClose={props.close} title={title}>
      <Form {...props} />
    </FormModal>
  );
}

function Form({ close, place, parent, initial, onCreated }: Omit<PlaceFormProps, 'opened'>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const known = useQuery(placeTypesQuery).data?.objects;
  const types = known ?? [];
  const [read, setRead] = useState(() => place && fieldsOf(place));
  const [given, setGiven] = useState<Partial<PlaceFields>>(
    read ?? { parent_location_id: parent ?? null, aliases: [], ...initial },
  );
  const set = (change: Partial<PlaceFields>) => setGiven((before) => ({ ...before, ...change }));
  // Only while a type is made with the place. Of a new installation the first place makes the first type.
  const isFirst = known?.length === 0 && given.location_type_id === undefined;
  const [wantsType, setWantsType] = useState(false);
  const isNewType = isFirst || wantsType;
  const [typeName, setTypeName] = useState('');
  const [typeLevel, setTypeLevel] = useState<number | null>();
  // Until somebody says otherwise, one narrower than all there are.
  const level = typeLevel === undefined ? Math.max(-1, ...types.map(({ admin_level }) => admin_level)) + 1 : typeLevel;
  const save = useMutation({
    mutationFn: async () => {
      let body = given;
      if (isNewType) {
        body = { ...given, location_type_id: (await createPlaceType(typeName, level!)).id };
        // Whatever becomes of the place, the type is there now.
        set(body);
        setWantsType(false);
        await queries.invalidateQueries({ queryKey: placeTypesQuery.queryKey });
      }
      return place === undefined || read === undefined
        ? await createPlace(body as PlaceFields)
        : await changeFields<Partial<PlaceFields>, Place>(placePath(place.id), read, body);
    },
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: ['places'] });
      close();
      if (onCreated !== undefined) return onCreated(saved.id);
      await navigate({ to: `/places/${saved.id}` as never });
      const undo = async () => {
        await undoFields(placePath(saved.id), { read: read!, wanted: given, saved });
        await queries.invalidateQueries({ queryKey: ['places'] });
      };
      toastDone(`${saved.name} is saved.`, read === undefined ? undefined : undo);
    },
  });
  const loadAnew = (now: Place) => {
    setGiven(rebased(read ?? {}, given, fieldsOf(now)));
    setRead(fieldsOf(now));
    save.reset();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  const error = (field: keyof PlaceFields) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        <FormFailure error={save.error} loadAnew={loadAnew} />
        <TextInput
          label="Name"
          required
          data-autofocus
          value={given.name ?? ''}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={error('name')}
        />
        <Group grow align="flex-start">
          <TextInput
            label="Code"
            required
            value={given.location_code ?? ''}
            onChange={(event) => set({ location_code: event.currentTarget.value })}
            error={error('location_code')}
          />
          <Select
            label="Type"
            required
            allowDeselect={false}
            data={[
              ...types.map(({ id, name }) => ({ value: String(id), label: name })),
              { value: another, label: 'A new type …' },
            ]}
            value={isNewType ? another : given.location_type_id === undefined ? null : String(given.location_type_id)}
            onChange={(next) => {
              setWantsType(next === another);
              if (next !== null && next !== another) set({ location_type_id: Number(next) });
            }}
            error={error('location_type_id')}
          />
        </Group>
        {isNewType && (
          <Group grow align="flex-start">
            <TextInput
              label="Name of the type"
              description="Country, province, clinic …"
              required
              value={typeName}
              onChange={(event) => setTypeName(event.currentTarget.value)}
            />
            <NumberField
              label="Its level"
              description="0 is the widest."
              required
              min={0}
              isWhole
              value={level}
              onChange={setTypeLevel}
            />
          </Group>
        )}
        <PlacePicker
          label="Lies in"
          description="Moving a place moves everything below it; totals of both sides follow."
          clearable
          value={given.parent_location_id ?? undefined}
          onChange={(next) => set({ parent_location_id: next ?? null })}
          error={error('parent_location_id')}
        />
        <Group grow align="flex-start">
          <NumberField
            label="Latitude"
            min={-90}
            max={90}
            value={given.latitude ?? null}
            onChange={(latitude) => set({ latitude })}
            error={error('latitude')}
          />
          <NumberField
            label="Longitude"
            min={-180}
            max={180}
            value={given.longitude ?? null}
            onChange={(longitude) => set({ longitude })}
            error={error('longitude')}
          />
        </Group>
        <TagsInput
          label="Also called in files"
          description="Enter after each name."
          value={given.aliases ?? []}
          onChange={(aliases) => set({ aliases })}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save place
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const another = 'new';

function fieldsOf(place: Place): PlaceFields {
  const { name, location_code, location_type_id, parent_location_id, latitude, longitude, aliases } = place;
  return { name, location_code, location_type_id, parent_location_id, latitude, longitude, aliases };
}
