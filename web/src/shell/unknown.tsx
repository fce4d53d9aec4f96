import { IconMapOff } from '@tabler/icons-react';
import { ButtonLink } from '../ui/link.tsx';
import { Nothing } from '../ui/nothing.tsx';
import { Page } from '../ui/page.tsx';

export function Unknown() {
  return (
    <Page title="Nothing here">
      <Nothing
        icon={IconMapOff}
        title="This address leads nowhere"
        action={<ButtonLink to="/">To the projects</ButtonLink>}
      >
        It may have been deleted, or mistyped.
      </Nothing>
    </Page>
  );
}
