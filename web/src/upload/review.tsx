import { Alert, Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCopy } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { checkAgain, confirmUpload, dropUpload, type Preview, type Upload, uploadQuery } from '../api/uploads.ts';
import { useMutation } from '../api/use-mutation.ts';
import { useWhenRunEnds } from '../datasets/when-run-ends.ts';
import { plural } from '../ui/format.ts';
import { TextLink } from '../ui/link.tsx';
import { Section } from '../ui/section.tsx';
import { toastDone, toastProblem } from '../ui/toast.tsx';
import { ChangedKeys } from './changed-keys.tsx';
import { CleaningSteps } from './cleaning-steps.tsx';
import { OnErrorChoice } from './on-error-choice.tsx';
import { PreviewRows } from './preview-rows.tsx';
import { type ReviewForm, reviewOf, sameReview } from './review-form.ts';
import { RowNumbers } from './row-numbers.tsx';
import { SchemaForm } from './schema-form.tsx';
import { UploadIssues } from './upload-issues.tsx';

/** What was understood, open to correction. A change asks for another check; only what was checked can be confirmed. */
export function Review({ upload, preview }: { upload: Upload; preview: Preview }) {
  const [checked] = useState(() => reviewOf(preview));
  const [form, setForm] = useState<ReviewForm>(checked);
  const dirty = !sameReview(checked, form);
  return (
    <Stack pb={72}>
      {upload.duplicate_of !== null && (
        <Alert color="grain" icon={<IconCopy aria-hidden />} title="The same content was uploaded before">
          See <TextLink to={`/upload/${upload.duplicate_of}`}>that upload</TextLink>. You may publish it again.
        </Alert>
      )}
      {!preview.publishable && (
        <Alert
          color="red"
          icon={<IconAlertTriangle aria-hidden />}
          title="As it stands, nothing of this file is published"
        >
          {upload.error?.message}
          {form.onError === 'reject' && (upload.rows?.rejected ?? 0) > 0 && (
            <div style={{ marginTop: 8 }}>
              <Button size="compact-sm" variant="default" onClick={() => setForm({ ...form, onError: 'quarantine' })}>
                Set {plural(upload.rows?.rejected ?? 0, 'row')} aside instead
              </Button>
            </div>
          )}
        </Alert>
      )}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Section title="Rows" about={`If confirmed, for ${upload.dataset.name}`}>
          {upload.rows !== null && <RowNumbers rows={upload.rows} />}
        </Section>
        <OnErrorChoice value={form.onError} onChange={(onError) => setForm({ ...form, onError })} />
      </SimpleGrid>
      <UploadIssues uploadId={upload.id} />
      <SchemaForm form={form} proposed={preview.schema} rows={preview.rows ?? []} onChange={setForm} />
      <CleaningSteps steps={form.steps} fields={form.fields} onChange={(steps) => setForm({ ...form, steps })} />
      {preview.changes !== undefined && preview.changes.length > 0 && <ChangedKeys changes={preview.changes} />}
      {preview.rows !== undefined && <PreviewRows fields={preview.schema.fields} rows={preview.rows} />}
      <Decision upload={upload} preview={preview} form={form} dirty={dirty} onReset={() => setForm(checked)} />
    </Stack>
  );
}

interface DecisionProps {
  upload: Upload;
  preview: Preview;
  form: ReviewForm;
  dirty: boolean;
  onReset: () => void;
}

function Decision({ upload, preview, form, dirty, onReset }: DecisionProps) {
  const { check, publish, drop } = useDecision(upload, form);
  const fresh = (upload.rows?.inserted ?? 0) + (upload.rows?.updated ?? 0);
  return (
    <div className="decision panel">
      <Text fz="sm" c="dimmed" role="status">
        {dirty
          ? 'You changed how the file is read. Check it again to see what that does.'
          : preview.publishable
            ? `Confirming makes a new revision with ${plural(fresh, 'new or changed row')}.`
            : 'Change what stands in the way, then check again.'}
      </Text>
      <Group gap="xs" wrap="nowrap">
        {dirty ? (
          <Button variant="default" onClick={onReset}>
            Take back
          </Button>
        ) : (
          <Button variant="subtle" color="red" loading={drop.isPending} onClick={() => drop.mutate()}>
            Drop
          </Button>
        )}
        {dirty ? (
          <Button loading={check.isPending} onClick={() => check.mutate()}>
            Check again
          </Button>
        ) : (
          <Button loading={publish.isPending} disabled={!preview.publishable} onClick={() => publish.mutate()}>
            Confirm and publish
          </Button>
        )}
      </Group>
    </div>
  );
}

function useDecision(upload: Upload, form: ReviewForm) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const whenRunEnds = useWhenRunEnds();
  const refresh = () => queries.invalidateQueries({ queryKey: uploadQuery(upload.id).queryKey });
  const check = useMutation({
    mutationFn: () => checkAgain(upload.id, form.toOptions()),
    onError: toastProblem,
    onSuccess: refresh,
  });
  const publish = useMutation({
    mutationFn: async () => whenRunEnds(await confirmUpload(upload.id)),
    onError: (error) => {
      toastProblem(error);
      void refresh();
    },
    onSuccess: async () => {
      await Promise.all(
        [['datasets'], ['revisions'], ['rows'], ['runs'], ['uploads']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      );
      const found = await queries.fetchQuery({ ...uploadQuery(upload.id), staleTime: 0 });
      toastDone(`${upload.file.name} is published.`);
      if (found.dataset.id !== null) await navigate({ to: `/dataset/${found.dataset.id}` as never });
    },
  });
  const drop = useMutation({
    mutationFn: () => dropUpload(upload.id),
    onError: toastProblem,
    onSuccess: async () => {
      await refresh();
      toastDone('Dropped. Nothing of it was published.');
    },
  });
  return { check, publish, drop };
}
