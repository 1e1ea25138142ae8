/** The model that comes with the app. This file holds no schema, so windows may use it without taking zod along. */

/** What it is called, also with every answer that it wrote. */
export const guideName = 'OASST Desktop guide';

/** What it is, wherever its name stands alone: nobody should take it for Open-Assistant's model. */
export const guideNature = 'a tiny model made for this app, not Open-Assistant';
