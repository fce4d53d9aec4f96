import {
  ActionIcon,
  Badge,
  Button,
  CloseButton,
  type CSSVariablesResolver,
  createTheme,
  Input,
  type MantineColorsTuple,
  Modal,
  Table,
  Tabs,
  Tooltip,
} from '@mantine/core';

/** Every colour, radius, size and font of the app. Components say what something means, never how it looks. */

/** Leaf green, for what one can act on. Shade 7 has 5.9:1 on white, shade 4 has 7:1 on the dark page. */
const leaf: MantineColorsTuple = [
  '#eef7f4',
  '#d9ece5',
  '#b3d9cc',
  '#86c2ae',
  '#5fae95',
  '#3d957b',
  '#2b7f68',
  '#1f6f5c',
  '#195a4b',
  '#12443a',
];
/** Grain, for what deserves a look: warnings, changed values. */
const grain: MantineColorsTuple = [
  '#fdf7e7',
  '#faecc8',
  '#f4d78f',
  '#eec15a',
  '#e6ac2f',
  '#cf9217',
  '#a87310',
  '#85590d',
  '#65430b',
  '#462e08',
];
/** Brick, for what is lost or wrong. White on it has 5.3:1 in shade 6 and 6.6:1 in shade 7. */
const red: MantineColorsTuple = [
  '#fdf0ee',
  '#fadad6',
  '#f4b5ad',
  '#ec8a7f',
  '#e2665a',
  '#d64a3d',
  '#c7382c',
  '#b42318',
  '#8f1c13',
  '#6d160f',
];
/** Neutral with a little warmth, so that long tables do not glare. */
const gray: MantineColorsTuple = [
  '#f8f8f6',
  '#f1f1ee',
  '#e6e6e1',
  '#d8d8d2',
  '#bdbdb5',
  '#94948c',
  '#6a6a63',
  '#4d4d48',
  '#353531',
  '#21211f',
];
const dark: MantineColorsTuple = [
  '#dcdcd7',
  '#bcbcb6',
  '#9c9c95',
  '#6f6f69',
  '#44443f',
  '#363632',
  '#292926',
  '#1e1e1c',
  '#181816',
  '#121210',
];

export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 7, dark: 6 },
  colors: { leaf, grain, red, gray, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', Menlo, Consolas, 'Liberation Mono', monospace",
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { xs: '1.35', sm: '1.4', md: '1.5', lg: '1.5', xl: '1.5' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.35' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '4px', md: '6px', lg: '10px', xl: '16px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  // What slides in is elsewhere between press and release, and a click on it is lost.
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray' } }),
    CloseButton: CloseButton.extend({ defaultProps: { ...({ 'aria-label': 'Close' } as object) } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm', tt: 'none', fw: 550 } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35, blur: 1 } },
      styles: { title: { fontWeight: 620, fontSize: '1rem' } },
    }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 7, horizontalSpacing: 'sm' } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, withArrow: true } }),
  },
});

/** Meanings as CSS variables, one value a scheme; `styles.css` and the grid use nothing else. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {
    '--row-height': '30px',
    '--page-width': '1180px',
  },
  light: {
    '--page': '#fbfbf9',
    '--panel': '#ffffff',
    '--line': gray[2],
    '--line-strong': gray[3],
    '--hover': '#f5f6f3',
    '--muted': '#63635c',
    '--wash-error': '#fdecea',
    '--wash-warning': grain[0],
    '--ink-error': '#a8271c',
    '--ink-warning': grain[7],
    '--mark': leaf[1],
    '--mantine-color-dimmed': '#63635c',
    '--mantine-color-placeholder': '#6f6f67',
  },
  dark: {
    '--page': dark[8],
    '--panel': dark[7],
    '--line': dark[5],
    '--line-strong': dark[4],
    '--hover': dark[6],
    '--muted': '#a3a39c',
    '--wash-error': '#3a1c19',
    '--wash-warning': '#33290f',
    '--ink-error': '#ff9d92',
    '--ink-warning': grain[3],
    '--mark': '#17362e',
    '--mantine-color-dimmed': '#a3a39c',
    '--mantine-color-placeholder': '#9a9a93',
    '--mantine-color-body': dark[8],
  },
});
