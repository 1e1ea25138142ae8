/** Sixteen-pixel drawings of one stroke weight, so that no icon font or picture has to be loaded. */
export const drawings = {
  sidebar: 'M2.5 3.5h11v9h-11zM6.5 3.5v9',
  compose: 'M13.5 8.5v4.5h-11v-10h5.5M7 9l.5-2L12.5 2l1.5 1.5-5 5z',
  rename: 'M3 13l.7-2.9L10.5 3.3l2.2 2.2-6.8 6.8zM9.2 4.6l2.2 2.2',
  delete: 'M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  done: 'M3 8.5l3.2 3.2L13 4.8',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.2v3h-3',
  continue: 'M3 3.5v9M6 8h7.5M10.5 5l3 3-3 3',
  stop: 'M4 4h8v8H4z',
  send: 'M8 13.5v-11M3.8 6.7L8 2.5l4.2 4.2',
  left: 'M9.8 3.5L5.3 8l4.5 4.5',
  right: 'M6.2 3.5L10.7 8l-4.5 4.5',
  down: 'M3.5 6.2L8 10.7l4.5-4.5',
  end: 'M8 2.5v9M3.8 7.3L8 11.5l4.2-4.2M3.5 14h9',
  close: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9zM10.3 10.3L14 14',
  settings:
    'M2.5 5h6M12.5 5h1M2.5 11h1M7.5 11h6M10.5 3a2 2 0 1 1 0 4a2 2 0 0 1 0-4zM5.5 9a2 2 0 1 1 0 4a2 2 0 0 1 0-4z',
  quick: 'M2 4.5h12v7H2zM4.5 6.8v2.4M7 8h4.5',
  terminal: 'M2 3.5h12v9H2zM4.5 6l2 2-2 2M8.5 10h3',
  details: 'M8 7.2v4M8 4.6v.4M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0z',
} as const;

export type IconName = keyof typeof drawings;
