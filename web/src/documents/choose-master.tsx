import { useQuery } from '@tanstack/react-query';
import { campaignsQuery, campaignTypesQuery } from '../api/campaigns.ts';
import type { Code, SourceDocument } from '../api/documents.ts';
import { CampaignForm } from '../campaigns/campaign-form.tsx';
import { IndicatorForm } from '../indicators/indicator-form.tsx';
import { PlaceForm } from '../places/place-form.tsx';
import { FindSelect } from '../ui/find-select.tsx';
import { IndicatorPicker } from '../ui/indicator-picker.tsx';
import { PlacePicker } from '../ui/place-picker.tsx';

interface ChooseProps {
  code: Code;
  onChoose: (id: number) => void;
}

/** The field has the focus: it was asked for by a key or a click on this very code. */
export function ChooseMaster({ code, onChoose }: ChooseProps) {
  const label = `What “${code.source_object_code}” means`;
  if (code.content_type === 'indicator') {
    return <IndicatorPicker label={label} autoFocus value={undefined} onChange={onChoose} />;
  }
  if (code.content_type === 'location') {
    return (
      <PlacePicker label={label} autoFocus value={undefined} onChange={(id) => id !== undefined && onChoose(id)} />
    );
  }
  return <CampaignSelect label={label} onChoose={onChoose} />;
}

function CampaignSelect({ label, onChoose }: { label: string; onChoose: (id: number) => void }) {
  const { data, isPending } = useQuery(campaignsQuery);
  const campaigns = data?.objects ?? [];
  return (
    <FindSelect
      label={label}
      autoFocus
      data={campaigns.map(({ id, name }) => ({ value: String(id), label: name }))}
      value={null}
      onChange={(next) => next !== null && onChoose(Number(next))}
      nothingFoundMessage={isPending ? undefined : 'No campaign is called so'}
    />
  );
}

interface CreateProps {
  code: Code;
  document: SourceDocument;
  close: () => void;
  onCreated: (id: number) => void;
}

/** A new object that begins as the file calls it; once it is there the code means it. */
export function CreateMaster({ code, document, close, onCreated }: CreateProps) {
  const types = useQuery({ ...campaignTypesQuery, enabled: code.content_type === 'campaign' });
  const name = code.source_object_code;
  switch (code.content_type) {
    case 'indicator':
      return (
        <IndicatorForm
          opened
          close={close}
          initial={{ name, short_name: shortened(name), resource_name: document.file_type }}
          onCreated={onCreated}
        />
      );
    case 'location':
      return <PlaceForm opened close={close} initial={{ name, location_code: name }} onCreated={onCreated} />;
    case 'campaign':
      return types.data === undefined ? null : (
        <CampaignForm opened close={close} types={types.data.objects} initialName={name} onCreated={onCreated} />
      );
  }
}

const shortened = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
