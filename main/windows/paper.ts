import { nativeTheme } from 'electron';

/** The paper colours of the pages (`tokens.css`), so that a window does not flash while it loads. */
const paper = { light: '#f8fcf9', dark: '#141a17' };

/** The paper of the theme that is on now. */
export function paperColour(): string {
  return nativeTheme.shouldUseDarkColors ? paper.dark : paper.light;
}
