/** What the parts of the settings are called. Links and exports name them too, so the words stand in the contract. */
export { sectionNames as sectionWords } from '../../preload/contract/app-pages.ts';
