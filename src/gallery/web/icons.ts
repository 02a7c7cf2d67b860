/** Lines on a field of 24 by 24. */
export const icons = {
  again: 'M19 12a7 7 0 1 1-2.2-5.1M19 3.5V8h-4.5',
  alike: 'M9 9h11v11H9zM6 15H4V4h11v2M9 17l3.5-3.5 3 3 1.5-1.5 3 3',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  down: 'M12 4v12m-5-5l5 5 5-5M5 20h14',
  drag: 'M9 6v.1M15 6v.1M9 12v.1M15 12v.1M9 18v.1M15 18v.1',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  filter: 'M4 6h16M7 12h10M10 18h4',
  image: 'M4 5h16v14H4zM4 16.5l5-5 4.5 4.5 2.5-2.5 4 4M15.5 9v.1',
  info: 'M12 11v6m0-10v.5M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z',
  left: 'M15 5l-7 7 7 7',
  minus: 'M5 12h14',
  order: 'M7.5 5v14m-3.5-3.5l3.5 3.5 3.5-3.5M16.5 19V5M13 8.5L16.5 5 20 8.5',
  pause: 'M8.5 6v12M15.5 6v12',
  play: 'M8 5.5v13l10.5-6.5z',
  plus: 'M12 5v14M5 12h14',
  right: 'M9 5l7 7-7 7',
  settings:
    'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5',
  top: 'M12 20V8m-5 5l5-5 5 5M5 4h14',
  transfers: 'M8 4v14m-4-4l4 4 4-4M16 20V6m-4 4l4-4 4 4',
} as const
export type IconName = keyof typeof icons
