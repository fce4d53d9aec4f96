import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import {
  type Campaign,
  type CampaignFields,
  type CampaignType,
  changeCampaign,
  createCampaign,
  createCampaignType,
} from '../api/campaigns.ts';
import { fieldError } from '../api/problem.ts';
import { useMutation } from '../api/use-mutation.ts';
import { Failure } from '../ui/failure.tsx';
import { FormModal } from '../ui/form-modal.tsx';
import { toastDone } from '../ui/toast.tsx';

interface FormProps {
  close: () => void;
  types: CampaignType[];
  /** Given: this one is changed; else a new one is made. */
  campaign?: Campaign;
  /** What a new one is called, until somebody changes it. */
  initialName?: string;
  onCreated?: (id: number) => void;
}

export function CampaignForm({ opened, ...props }: FormProps & { opened: boolean }) {
  const title = props.campaign === undefined ? 'New campaign' : `Change ${props.campaign.name}`;
  return (
    <FormModal opened={opened} onClose={props.close} title={title}>
      <Form {...props} />
    </FormModal>
  );
}

const another = 'new';

function Form({ close, types, campaign, initialName = '', onCreated }: FormProps) {
  const queries = useQueryClient();
  const [type, setType] = useState(String(campaign?.campaign_type_id ?? types[0]?.id ?? another));
  const save = useMutation({
    mutationFn: async ({
      fields,
      typeName,
    }: {
      fields: Omit<CampaignFields, 'campaign_type_id'>;
      typeName: string;
    }) => {
      const campaign_type_id = type === another ? (await createCampaignType(typeName)).id : Number(type);
      // Whatever becomes of the campaign, the type is there now.
      setType(String(campaign_type_id));
      const body = { ...fields, campaign_type_id };
      return campaign === undefined ? await createCampaign(body) : await changeCampaign(campaign.id, body);
    },
    onSuccess: (saved) => {
      close();
      if (onCreated !== undefined) onCreated(saved.id);
      else toastDone(`${saved.name} is saved.`);
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['campaigns'] }),
  });
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '');
    save.mutate({
      fields: { name: text('name'), start_date: text('start_date'), end_date: text('end_date') },
      typeName: text('type_name'),
    });
  };
  const error = (field: string) => fieldError(save.error, field);
  return (
    <form onSubmit={onSubmit}>
      <Stack gap="sm">
        {save.error !== null && <Failure error={save.error} />}
        <TextInput
          label="Name"
          name="name"
          required
          data-autofocus
          defaultValue={campaign?.name ?? initialName}
          error={error('name')}
        />
        <Select
          label="Type"
          allowDeselect={false}
          data={[
            ...types.map(({ id, name }) => ({ value: String(id), label: name })),
            { value: another, label: 'A new type …' },
          ]}
          value={type}
          onChange={(next) => next !== null && setType(next)}
        />
        {type === another && <TextInput label="Name of the type" name="type_name" required />}
        <Group grow>
          <TextInput
            label="First day"
            name="start_date"
            type="date"
            required
            defaultValue={campaign?.start_date ?? ''}
            error={error('start_date')}
          />
          <TextInput
            label="Last day"
            name="end_date"
            type="date"
            required
            defaultValue={campaign?.end_date ?? ''}
            error={error('end_date')}
          />
        </Group>
        {campaign === undefined && (
          <Text c="dimmed" fz="xs">
            Of one type, no two campaigns begin on the same day.
          </Text>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save campaign
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
