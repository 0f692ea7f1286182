/** The map alone, for a second screen. The server gives the console's files there as well. */
export const MAP_PAGE = "/console/map";
