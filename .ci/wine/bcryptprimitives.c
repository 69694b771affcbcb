/*
 * What Go programs need of Windows and Wine 8 does not have, so that tests can
 * run there. Go loads bcryptprimitives.dll when it starts; Wine has none.
 *
 *  - ProcessPrng, for which the DLL is loaded, is RtlGenRandom.
 *  - NtSetInformationFile answers "not implemented" to
 *    FileDispositionInformationEx, where Windows before 10 (1607) answers
 *    STATUS_INVALID_INFO_CLASS, to which Go has an answer of its own. So tests
 *    see the removal of names as Windows 8 and FAT have it: an open file keeps its name
 *    until it is closed.
 *  - GetFileInformationByHandle gives no serial number of the volume for a file
 *    that was renamed while it was open. Here, all files are on one volume.
 *
 * The last two stand in the export tables of their modules, where Go looks for
 * them later. Never a part of what is released.
 */
#include <windows.h>
#include <ntsecapi.h>
#include <stdlib.h>
#include <string.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) { return RtlGenRandom(data, size); }

#define FILE_DISPOSITION_INFORMATION_EX_CLASS 64
#define INVALID_INFO_CLASS ((LONG)0xC0000003)

static LONG(NTAPI *set_information)(HANDLE, PVOID, PVOID, ULONG, ULONG);
static BOOL(WINAPI *get_information)(HANDLE, BY_HANDLE_FILE_INFORMATION *);

static LONG NTAPI set_information_here(HANDLE file, PVOID status, PVOID info, ULONG size, ULONG class)
{
    if (class == FILE_DISPOSITION_INFORMATION_EX_CLASS)
        return INVALID_INFO_CLASS;
    return set_information(file, status, info, size, class);
}

static BOOL WINAPI get_information_here(HANDLE file, BY_HANDLE_FILE_INFORMATION *info)
{
    BOOL ok = get_information(file, info);
    if (ok)
        info->dwVolumeSerialNumber = 1;
    return ok;
}

/* A jump to function, within the four gigabytes behind base that an export table
 * can point to. */
static BYTE *jump_behind(BYTE *base, DWORD size, void *function)
{
    BYTE *jump = NULL;
    for (UINT_PTR off = (size + 0xffff) & ~(UINT_PTR)0xffff; !jump && off < 0xf0000000; off += 0x10000)
        jump = VirtualAlloc(base + off, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE);
    if (!jump)
        abort();
    memcpy(jump, "\x48\xb8", 2); /* mov rax, function */
    memcpy(jump + 2, &function, 8);
    memcpy(jump + 10, "\xff\xe0", 2); /* jmp rax */
    return jump;
}

/* Lets module export function as name, and returns what it was. */
static void *export_instead(const char *module, const char *name, void *function)
{
    BYTE *base = (BYTE *)GetModuleHandleA(module);
    void *before = (void *)GetProcAddress((HMODULE)base, name);
    IMAGE_OPTIONAL_HEADER *header = &((IMAGE_NT_HEADERS *)(base + ((IMAGE_DOS_HEADER *)base)->e_lfanew))->OptionalHeader;
    IMAGE_EXPORT_DIRECTORY *exports = (void *)(base + header->DataDirectory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress);
    DWORD *names = (DWORD *)(base + exports->AddressOfNames);
    for (DWORD i = 0; i < exports->NumberOfNames; i++) {
        if (strcmp((char *)base + names[i], name))
            continue;
        WORD ordinal = ((WORD *)(base + exports->AddressOfNameOrdinals))[i];
        DWORD *entry = (DWORD *)(base + exports->AddressOfFunctions) + ordinal, protection;
        if (!VirtualProtect(entry, sizeof *entry, PAGE_READWRITE, &protection))
            abort();
        *entry = jump_behind(base, header->SizeOfImage, function) - base;
        VirtualProtect(entry, sizeof *entry, protection, &protection);
        return before;
    }
    abort();
}

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, PVOID reserved)
{
    if (reason == DLL_PROCESS_ATTACH) {
        set_information = export_instead("ntdll.dll", "NtSetInformationFile", set_information_here);
        get_information = export_instead("kernel32.dll", "GetFileInformationByHandle", get_information_here);
    }
    return TRUE;
}
