import { SimpleGrid, Stack } from '@mantine/core';
import { Page } from '../ui/page.tsx';
import { Devices } from './devices.tsx';
import { Password } from './password.tsx';
import { Profile } from './profile.tsx';
import { Tokens } from './tokens.tsx';

export function AccountPage() {
  return (
    <Page title="Account">
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Profile />
          <Password />
        </SimpleGrid>
        <Tokens />
        <Devices />
      </Stack>
    </Page>
  );
}
