/* SPDX-License-Identifier: Apache-2.0 */
#include "output/output.h"

#include "output/outputs.gen.h"

#include <string.h>

const struct epw_output *const epw_outputs[] = { EPW_REGISTRY_epw_output };

const struct epw_output *epw_output_find(const char *name)
{
    for (size_t i = 0; epw_outputs[i] != NULL; i++)
        if (strcmp(epw_outputs[i]->name, name) == 0)
            return epw_outputs[i];
    return NULL;
}
